FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --include=dev --loglevel=error
COPY . .
RUN node scripts/build.mjs && node scripts/image.mjs /image

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /image ./
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["node", "dist/apps/cli/main.js", "health"]
ENTRYPOINT ["node", "dist/apps/cli/main.js"]
CMD ["api"]
