# Included by the Makefile: ends make with one sentence where something is missing.
#
# A library's pkg-config file and its header come from one package.

names = (Debian: $(1); Fedora, RHEL: $(2); Alpine: $(3); Arch: $(4); Homebrew: $(5))
runs = $(shell $(1) >/dev/null 2>&1 </dev/null && echo yes)

ifeq ($(call runs,$(PKG_CONFIG) --version),)
$(error hcjwt needs pkg-config to be built, and $(PKG_CONFIG) does not run \
$(call names,pkg-config,pkgconf-pkg-config,pkgconf,pkgconf,pkgconf))
endif
ifeq ($(call runs,$(PKG_CONFIG) --exists 'libcrypto >= 3.0'),)
$(error hcjwt needs the headers of OpenSSL 3.0 or later, and pkg-config knows of none \
$(call names,libssl-dev,openssl-devel,openssl-dev,openssl,openssl@3))
endif
ifeq ($(call runs,$(CURL_CONFIG) --version),)
$(error hcjwt needs the headers of libcurl, and $(CURL_CONFIG) does not run \
$(call names,libcurl4-openssl-dev,libcurl-devel,curl-dev,curl,curl))
endif
ifeq ($(call runs,$(PG_CONFIG) --version),)
$(error hcjwt needs PostgreSQL 15 or later with its server headers, and PG_CONFIG=$(PG_CONFIG) does not run \
$(call names,postgresql-server-dev-all,postgresql-server-devel and PG_CONFIG=pg_server_config,postgresql-dev,postgresql,postgresql))
endif
ifeq ($(wildcard $(shell $(PG_CONFIG) --includedir)/libpq-fe.h),)
$(error hcjwt needs the headers of libpq, and there is no $(shell $(PG_CONFIG) --includedir)/libpq-fe.h \
$(call names,libpq-dev,libpq-devel,libpq-dev,postgresql-libs,libpq))
endif
ifeq ($(wildcard $(shell $(PG_CONFIG) --includedir-server)/postgres.h),)
$(error hcjwt needs the server headers of $(shell $(PG_CONFIG) --version), and there is no \
$(shell $(PG_CONFIG) --includedir-server)/postgres.h \
$(call names,postgresql-server-dev-$(word 1,$(subst ., ,$(word 2,$(shell $(PG_CONFIG) --version)))),postgresql-server-devel,postgresql-dev,postgresql,postgresql))
endif
