# One image for kpt, kustomize and Argo CD (docs/argocd.md says how to build it). Without arguments it is the KRM function:
# ResourceList on stdin, ResourceList on stdout.
#
# It starts from nothing: no shell, no package manager, and the few libraries that the program needs. It holds the
# executable and not Node with the bundle. That is 11 MB more, 113 against 102 with Node 20, but kpt and kustomize wait for
# a new start at each call, and this one starts several times faster (docs/performance.md).
#
# The base images are only built in. They are arguments, so that a build can name each by its digest (SECURITY.md says how to
# find and refresh them).
ARG NODE_IMAGE=node:22.21.1-bookworm-slim
ARG GO_IMAGE=golang:1.26.8-bookworm
ARG DEBIAN_IMAGE=debian:12.12-slim

FROM ${NODE_IMAGE} AS program
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY LICENSE tsconfig.json ./
COPY scripts/build.mjs scripts/build-executable.mjs scripts/constants.mjs scripts/
COPY scripts/licences scripts/licences
COPY src src
RUN npm run build:executable && chmod 0644 LICENSE dist/intercept-backends.licenses.txt

FROM ${GO_IMAGE} AS renderers
# renovate: datasource=go depName=sigs.k8s.io/kustomize/kustomize/v5
ARG KUSTOMIZE_VERSION=v5.8.1
# What Argo CD 3.5 and 3.6 ship. A version of helm 3 builds too.
# renovate: datasource=go depName=helm.sh/helm/v4
ARG HELM_VERSION=v4.2.4
ENV CGO_ENABLED=0 GOBIN=/renderers
RUN go install -trimpath -ldflags="-s -w" "sigs.k8s.io/kustomize/kustomize/v5@${KUSTOMIZE_VERSION}"
# What helm's own builds set besides: charts ask for both versions, and without them they get stand-ins. Helm 4 reads that of
# Kubernetes from its modules, and the linker passes over a variable that is not there.
RUN helm="helm.sh/helm/${HELM_VERSION%%.*}" \
    && source="$(go mod download -json "$helm@${HELM_VERSION}" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')" \
    && minor="$(sed -n 's|^\tk8s.io/client-go v0\.\([0-9]*\)\..*|\1|p' "$source")" \
    && go install -trimpath -ldflags="-s -w -X $helm/internal/version.version=${HELM_VERSION} \
       -X $helm/pkg/chartutil.k8sVersionMajor=1 -X $helm/pkg/chartutil.k8sVersionMinor=${minor:?}" \
       "$helm/cmd/helm@${HELM_VERSION}"
# The licences of both and of all that was linked into them.
RUN for name in kustomize helm; do \
      mkdir -p "/licences/$name" \
      && modules="$(go version -m "/renderers/$name" | awk '$1 == "mod" || $1 == "dep" { print $2 "@" $3 }')" \
      && for folder in $(go mod download -json $modules | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'); do \
        for file in "$folder"/LICEN[CS]E* "$folder"/NOTICE*; do \
          if [ -f "$file" ]; then printf '== %s\n\n' "${file#"$(go env GOMODCACHE)"/}" && cat "$file" && echo; fi; \
        done; \
      done >"/licences/$name/copyright" || exit 1; \
    done

FROM ${DEBIAN_IMAGE} AS system
ARG TINI_VERSION=0.19.0-1
RUN apt-get update && apt-get install -y --no-install-recommends "tini=${TINI_VERSION}*"
COPY --from=program /build/dist/intercept-backends /usr/local/bin/
# Container engines look for nobody by its name.
RUN mkdir -p /image/etc /image/usr/bin \
    && printf 'root:x:0:0::/:/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/sbin/nologin\n' >/image/etc/passwd \
    && printf 'root:x:0:\nnogroup:x:65534:\n' >/image/etc/group \
    && mkdir -m 1777 /image/tmp \
    && cp /usr/bin/tini-static /image/usr/bin/tini \
    && cp /usr/bin/prlimit /usr/bin/unshare /image/usr/bin/ \
    && for package in tini libc6 util-linux libsmartcols1; do mkdir -p "/image/usr/share/doc/$package" && cp "/usr/share/doc/$package/copyright" "/image/usr/share/doc/$package/"; done \
    && for file in $({ ldd /usr/local/bin/intercept-backends; ldd /usr/bin/prlimit; ldd /usr/bin/unshare; } | grep -o '/[^ ]*'); do cp -L --parents "$file" /image; done

FROM scratch
# A release passes the version of package.json.
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="intercept-backends" \
      org.opencontainers.image.description="Keeps the Istio annotations of a metric agent's DaemonSet in step with the MetricPipelines: KRM function and Argo CD plugin" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=system /image /
COPY --from=renderers /licences /usr/share/doc
COPY --from=renderers /renderers /usr/local/bin
COPY --from=program /build/LICENSE /build/dist/intercept-backends.licenses.txt /usr/share/doc/intercept-backends/
COPY --from=program /build/dist/intercept-backends /usr/local/bin/
COPY --chmod=0644 plugin.yaml /home/argocd/cmp-server/config/
# Argo CD's user 999 has no entry in /etc/passwd, and the home of nobody does not exist.
ENV HOME=/tmp PATH=/usr/local/bin:/usr/bin
WORKDIR /tmp
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/intercept-backends"]
