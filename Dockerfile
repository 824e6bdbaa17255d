# The official PostgreSQL image with hcjwt, loaded at start.
#
#   docker build -t hcjwt .                              PostgreSQL 18
#   docker build -t hcjwt --build-arg PG_MAJOR=15 .      another version
#   docker run -e POSTGRES_PASSWORD=secret hcjwt
#
# Then, in a database: CREATE EXTENSION hcjwt;
ARG PG_MAJOR=18

FROM postgres:${PG_MAJOR} AS build
ARG PG_MAJOR
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      gcc libc6-dev make pkg-config libssl-dev libcurl4-openssl-dev \
      postgresql-server-dev-${PG_MAJOR}
COPY . /src
RUN export PG_CONFIG=/usr/lib/postgresql/${PG_MAJOR}/bin/pg_config \
 && make -C /src clean \
 && make -C /src install DESTDIR=/out

FROM postgres:${PG_MAJOR}
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libcurl4 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/ /
CMD ["postgres", "-c", "shared_preload_libraries=hcjwt"]
