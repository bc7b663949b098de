# Debian, because the embedded Postgres has no build for musl.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN node app/process/build.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/build build
COPY --from=build /app/db/migrations db/migrations
COPY --from=build /app/db/functions db/functions
COPY app/process/built.mjs app/process/install.mjs app/process/std-streams.mjs app/process/worker.mjs app/process/
RUN mkdir /data && chown node:node /data
USER node
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=32", "--initial-old-space-size=128", "app/process/built.mjs"]
