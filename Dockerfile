# syntax=docker/dockerfile:1
# One image, the role by argument: `docker run lockstep start bot`, `docker run lockstep start worker`.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/bundle-review.mjs ./scripts/
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim AS production-dependencies
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
# Client and server programs of every supported major, from the PostgreSQL project's own packages: a target is backed up
# and migrated with the tools of its own major. No cluster is created. setpriv comes with util-linux; tini passes
# SIGTERM on and reaps what a run leaves.
RUN export DEBIAN_FRONTEND=noninteractive \
 && apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates postgresql-common tini util-linux \
 && mkdir --parents /etc/postgresql-common/createcluster.d \
 && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install --yes --no-install-recommends \
      postgresql-14 postgresql-15 postgresql-16 postgresql-17 postgresql-18 \
 && rm -rf /var/lib/apt/lists/*

ENV NODE_ENV=production LC_ALL=C.UTF-8
WORKDIR /opt/lockstep
COPY --from=production-dependencies /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
COPY schema ./schema

# The numbers are fixed so that volumes can be given to this user.
RUN groupadd --gid 10001 lockstep \
 && useradd --uid 10001 --gid lockstep --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin lockstep \
 && install --directory --owner=lockstep --group=lockstep --mode=0700 /var/lib/lockstep /var/lib/lockstep/backups
USER lockstep
VOLUME /var/lib/lockstep/backups

# The bot answers /healthz on the gate's port; a worker listens nowhere, so the check is the bot's (compose.yaml).
EXPOSE 8080 3000
ENTRYPOINT ["tini", "--", "node", "/opt/lockstep/bin/lockstep"]
CMD ["--help"]
