# The server in an image with nothing else, for a user that is not root. `cargo xtask server-packages` makes the package with the
# static binary that is unpacked here; with `--target aarch64-unknown-linux-musl`, the one for arm64.
#
# There is no HEALTHCHECK: the image has no program that could ask, and the server no sub-command for it. Kubernetes and load
# balancers ask `GET /health` from outside.
ARG TARGETARCH=amd64

FROM scratch AS amd64
ADD target/server-packages/user-handle-server-linux-x64-*.tgz /

FROM scratch AS arm64
ADD target/server-packages/user-handle-server-linux-arm64-*.tgz /

FROM ${TARGETARCH}
USER 65532:65532
# Open to the network, so it does not start without an app of your own, in USER_HANDLE_APP; nor without USER_HANDLE_DATABASE.
ENV USER_HANDLE_LISTEN=0.0.0.0:8000 USER_HANDLE_LOG_FORMAT=json
EXPOSE 8000
ENTRYPOINT ["/package/bin/user-handle-server"]
