# The KRM function as a container image: ResourceList on stdin, ResourceList on stdout.
#
#   docker build -t intercept-backends .
#
# BASE_IMAGE needs Node 20 or newer with npm, and the user nobody in /etc/passwd. A pipeline that must be reproducible
# passes it with a digest.
ARG BASE_IMAGE=node:22-bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY LICENSE tsconfig.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build && chmod 0644 LICENSE dist/intercept-backends.*

FROM ${BASE_IMAGE}
COPY --from=build /build/LICENSE /build/dist/intercept-backends.mjs /build/dist/intercept-backends.licenses.txt /usr/local/lib/intercept-backends/
# Hosts run functions as nobody, without network and often with a read-only root: nothing is written, not even to /tmp.
USER 65534:65534
WORKDIR /tmp
ENTRYPOINT ["node", "/usr/local/lib/intercept-backends/intercept-backends.mjs"]
