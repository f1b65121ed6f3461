# The server in an image with nothing else, for a user that is not root. `cargo xtask server-packages` makes the package with the
# static binary that is unpacked here; with `--target aarch64-unknown-linux-musl`, the one for arm64.
#
# Docker sets TARGETARCH by the platform that is built for. A default here would win over that.
ARG TARGETARCH

FROM scratch AS binary-amd64
ADD target/server-packages/user-handle-server-linux-x64-*.tgz /

FROM scratch AS binary-arm64
ADD target/server-packages/user-handle-server-linux-arm64-*.tgz /

FROM binary-${TARGETARCH}
USER 65532:65532
# Open to the network, so it does not start without an app of your own, in USER_HANDLE_APP; nor without USER_HANDLE_DATABASE.
ENV USER_HANDLE_LISTEN=0.0.0.0:8000 USER_HANDLE_LOG_FORMAT=json
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s CMD ["/package/bin/user-handle-server", "health"]
ENTRYPOINT ["/package/bin/user-handle-server"]
