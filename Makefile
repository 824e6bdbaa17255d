# hcjwt: verifies help center JWTs inside PostgreSQL

EXTENSION = hcjwt
DATA = hcjwt--1.0.sql
DATA_built = hcjwt--1.1.sql hcjwt--1.0--1.1.sql
MODULE_big = hcjwt
OBJS = $(patsubst %.c,%.o,$(wildcard $(addsuffix /*.c,\
	src src/json src/jose src/url src/keys src/policies src/verify src/session src/refresh)))

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config
CURL_CONFIG ?= curl-config

# What the build needs is asked for before anything is built.
ifneq ($(filter-out clean distclean maintainer-clean uninstall,$(or $(MAKECMDGOALS),all)),)
include needs.mk
endif

# the one place of the version is the control file
HCJWT_RELEASE := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" hcjwt.control)

PG_CPPFLAGS = -I$(srcdir)/src -DHCJWT_VERSION='"$(HCJWT_RELEASE)"' \
	$(shell $(PKG_CONFIG) --cflags libcrypto)
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs libcrypto)
SHLIB_EXPORTS = src/exports.txt

REGRESS = $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
REGRESS_OPTS = --inputdir=.
ISOLATION = $(patsubst specs/%.spec,%,$(sort $(wildcard specs/*.spec)))
ISOLATION_OPTS = --inputdir=. --launcher=test/with-tokens.sh
# the tests' databases, whatever the cluster's own defaults
ENCODING = UTF8
NO_LOCALE = 1
# they start servers, which root must not
TAP_TESTS := $(filter-out 0,$(shell id -u))
EXTRA_CLEAN = results output_iso tmp_check regression.diffs regression.out

# no bitcode: nothing here is worth inlining into queries
override with_llvm := no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# where the tests' modules are
PG_PROVE_FLAGS += -I t

# The transfers, and with them libcurl, are a library of their own, and so is what
# uses libpq.
LIBRARIES = http primary
LIBRARY = $(MAKE) PG_CONFIG='$(PG_CONFIG)' CURL_CONFIG='$(CURL_CONFIG)'

define library
all: $(1)-all
install: $(1)-install
uninstall: $(1)-uninstall
clean: $(1)-clean
.PHONY: $(1)-all $(1)-install $(1)-uninstall $(1)-clean
$(1)-all $(1)-install $(1)-uninstall $(1)-clean:
	+$$(LIBRARY) -C src/$(1) $$(@:$(1)-%=%)
endef
$(foreach name,$(LIBRARIES),$(eval $(call library,$(name))))

# Whoever upgrades gets the functions and views of a new installation, of the same text.
MADE_ANEW = functions.sql $(addprefix check_policies/,facts.sql roles.sql tables.sql rights.sql \
	conditions.sql claims.sql settings.sql speed.sql foreign.sql detours.sql trust.sql check_policies.sql)
hcjwt--1.1.sql: $(addprefix $(srcdir)/install/,tables.sql $(MADE_ANEW) triggers.sql privileges.sql)
hcjwt--1.0--1.1.sql: $(addprefix $(srcdir)/install/,from-1.0.sql $(MADE_ANEW) from-1.0-end.sql)
$(DATA_built):
	awk 'FNR == 1 && NR > 1 { print "" } { print }' $^ >$@

# every object depends on every header: the build takes seconds
$(OBJS): $(wildcard src/*.h src/*/*.h)

# The tests sign their tokens as they run.
installcheck: helpcenterd
.PHONY: helpcenterd
helpcenterd:
	+$(MAKE) -C helpcenter
