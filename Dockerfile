# The server as a small image: compiled code and production dependencies, run by a plain user.
# It writes to data/ and logs/ only, so the root file system may be read-only.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && rm dist/.tsbuildinfo
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY migrations ./migrations
COPY ops/health-check.js ./ops/health-check.js
RUN mkdir data logs && chown node:node data logs
USER node
VOLUME ["/app/data", "/app/logs"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 CMD ["node", "ops/health-check.js"]
# The same command as `npm start`; docs/performance.md explains the option.
CMD ["node", "--max-semi-space-size=64", "dist/server.js"]
