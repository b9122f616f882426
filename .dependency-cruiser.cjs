/**
 * No file imports itself by way of others, not even for a type. ESLint holds which folder may import
 * which (eslint.config.mjs); its rules for cycles do not see imports of types.
 */
module.exports = {
  forbidden: [{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true } }],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
