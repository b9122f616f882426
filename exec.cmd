@rem cmd.exe has no "exec": the scripts in package.json then run here, as commands of their own.
@%*
