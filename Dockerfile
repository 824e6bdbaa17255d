# PostgreSQL with hcjwt, loaded at start.
#
#   docker build -t hcjwt .                              on postgres:18
#   docker build -t hcjwt --build-arg PG_MAJOR=15 .      another version
#   docker run -e POSTGRES_PASSWORD=secret hcjwt         then: CREATE EXTENSION hcjwt;
#
# On another image, made from Debian with the packages of apt.postgresql.org, such as
# CloudNativePG's:
#
#   docker build -t hcjwt --build-arg BASE=ghcr.io/cloudnative-pg/postgresql:17-standard-bookworm \
#     --build-arg PG_MAJOR=17 .
#
# Its files alone, /lib and /share, for extension_control_path and dynamic_library_path
# of PostgreSQL 18 (the server's image then has to have libcurl):
#
#   docker build -t hcjwt-extension --target extension .
#
# helpcenterd, the stand-in help center, for development and tests:
#
#   docker build -t helpcenterd --target helpcenterd .
ARG PG_MAJOR=18
ARG BASE=postgres:${PG_MAJOR}

FROM ${BASE} AS build
ARG PG_MAJOR
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      gcc libc6-dev make pkg-config libssl-dev libcurl4-openssl-dev \
      libmicrohttpd-dev libjansson-dev \
      postgresql-server-dev-${PG_MAJOR}
COPY . /src
RUN export PG_CONFIG=/usr/lib/postgresql/${PG_MAJOR}/bin/pg_config \
 && make -C /src clean \
 && make -C /src install DESTDIR=/out \
 && mkdir -p /files/lib /files/share/extension \
 && cp "/out$("$PG_CONFIG" --pkglibdir)"/*.so /files/lib/ \
 && cp "/out$("$PG_CONFIG" --sharedir)"/extension/* /files/share/extension/ \
 && make -C /src/helpcenter clean \
 && make -C /src/helpcenter install prefix=/usr DESTDIR=/helpcenter

FROM scratch AS extension
COPY --from=build /files/ /

FROM debian:trixie-slim AS helpcenterd
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libmicrohttpd12t64 libjansson4 libssl3t64 socat \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --home-dir /data helpcenter
COPY --from=build /helpcenter/usr/ /usr/
COPY helpcenter/container /usr/local/bin/helpcenterd-container
USER helpcenter
VOLUME /data
EXPOSE 8444
ENTRYPOINT ["helpcenterd-container"]

FROM ${BASE}
ARG PG_MAJOR
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libcurl4 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/ /
# In the sample that initdb copies, and not on the command line, so that -c and
# compose's "command" add to it.
RUN sample=$(/usr/lib/postgresql/${PG_MAJOR}/bin/pg_config --sharedir)/postgresql.conf.sample \
 && printf '\nshared_preload_libraries = %s\n' "'hcjwt'" >>"$sample"
# the user postgres of Debian's packages, as in CloudNativePG's images; the entry
# point of the official image starts as root, and becomes postgres itself
