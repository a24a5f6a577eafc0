# OS login for AWS IAM: a PAM module, a name service module and their tools.
# `make help` lists the targets. CC, CFLAGS, CPPFLAGS, LDFLAGS and LDLIBS belong to the packager.

VERSION       := 0.1.0

PREFIX        ?= /usr
SYSCONFDIR    ?= /etc
LOCALSTATEDIR ?= /var
RUNSTATEDIR   ?= /run
MULTIARCH     ?= $(shell $(CC) -print-multiarch 2>/dev/null)
LIBDIR        ?= $(PREFIX)/lib/$(MULTIARCH)
NSSDIR        ?= $(LIBDIR)
PAMDIR        ?= $(LIBDIR)/security
SBINDIR       ?= $(PREFIX)/sbin
SUDODIR       ?= $(PREFIX)/libexec/sudo
LIBEXECDIR    ?= $(PREFIX)/libexec
MANDIR        ?= $(PREFIX)/share/man
UNITDIR       ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR   ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR   ?= $(PREFIX)/lib/tmpfiles.d
EXAMPLEDIR    ?= $(PREFIX)/share/doc/iam/examples

CC            ?= cc
AR            ?= ar
INSTALL       ?= install
CLANG         ?= clang
CFLAGS        ?= -O2 -g
Q             := $(if $(V),,@)

# A build with sanitizers lives in a folder of its own, so that both stay up to date.
SANITIZE      ?=
BUILD         ?= build$(if $(SANITIZE),/sanitize)$(if $(COVERAGE),/coverage)

probe = $(shell $(CC) -Werror $1 -x c -c -o /dev/null /dev/null 2>/dev/null && echo $1)

WARNINGS  := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
             -Wswitch-enum -Wvla -Wpointer-arith -Wwrite-strings -Wcast-qual -Wundef -Wformat=2
HARDENING := -fstack-protector-strong -fno-common \
             $(call probe,-fstack-clash-protection) $(call probe,-fcf-protection) \
             $(call probe,-ftrivial-auto-var-init=$(if $(SANITIZE),pattern,zero)) \
             $(if $(SANITIZE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANITIZERS := $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined \
              -fno-sanitize-recover=all -fno-omit-frame-pointer)
RELRO      := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed
MODULE     := -shared $(if $(SANITIZE),,-Wl,-z,defs) $(RELRO)

all_cppflags := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
                -DIAM_CONFIG_FOLDER='"$(SYSCONFDIR)/iam"' \
                -DIAM_STATE_FOLDER='"$(LOCALSTATEDIR)/lib/iam"' \
                -DIAM_RUN_FOLDER='"$(RUNSTATEDIR)/iam"' \
                -DIAM_LOG_FOLDER='"$(LOCALSTATEDIR)/log/iam"' -Icommon \
                $(shell pkg-config --cflags libxml-2.0 2>/dev/null) $(CPPFLAGS)
all_cflags   := -std=gnu17 $(WARNINGS) $(if $(WERROR),-Werror) $(HARDENING) \
                -fvisibility=hidden -fPIC -MMD -MP $(SANITIZERS) \
                $(if $(COVERAGE),--coverage) $(CFLAGS)

# Each product names the folders it is made of; a folder not named is not linked.
parts       := base json config directory otp qr seal bundle fleet self tokens snapshot password credentials policy audit report \
               access source source/aws signin sync publish follow
pam_folders := pam_iam $(addprefix common/,base json config directory otp qr self snapshot password \
               credentials policy audit access signin)
self_folders := $(filter-out pam_iam common/qr,$(pam_folders)) common/tools/iam-self
ctl_folders := $(addprefix common/,$(parts)) common/tools/iamctl

objects = $(patsubst %.c,$(BUILD)/%.o,$(foreach folder,$1,$(sort $(wildcard $(folder)/*.c))))

# The name service module and the key helper see one object of common/: the reader.
reader          := $(BUILD)/common/snapshot/snapshot_reader.o
nss_objects     := $(call objects,nss_iam) $(reader)
keys_objects    := $(call objects,common/tools/iam-authorized-keys) $(reader)
# Nobody but iamctl reads the audit log.
of_iamctl       := %/audit_reader.o %/audit_verify.o
sudo_objects    := $(filter-out $(of_iamctl) %/signin_password_change.o %/password_strength.o, \
                   $(call objects,common/tools/sudo-iam $(addprefix common/,base json config \
                   directory otp snapshot password credentials policy audit access signin)))
pam_objects     := $(filter-out $(of_iamctl),$(call objects,$(pam_folders)))
self_objects    := $(filter-out $(of_iamctl) %/signin_password_change.o %/password_strength.o, \
                   $(call objects,$(self_folders)))
ctl_objects     := $(call objects,$(ctl_folders))
# What tests link: the parts, and the PAM module's files below its entry points.
library_objects := $(call objects,$(addprefix common/,$(parts))) \
                   $(filter-out %/pam_iam.o,$(call objects,pam_iam))

# What iam.conf calls "check = pwquality"; PWQUALITY= builds without it.
PWQUALITY     ?= $(shell echo '\#include <pwquality.h>' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo yes)
all_cppflags  += $(if $(PWQUALITY),-DIAM_WITH_PWQUALITY)
pwquality     := $(if $(PWQUALITY),-lpwquality)

# What ends a role's session through systemd; SYSTEMD= builds without it. Loaded when it is needed, never
# linked.
SYSTEMD       ?= $(shell echo '\#include <systemd/sd-bus.h>' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo yes)
all_cppflags  += $(if $(SYSTEMD),-DIAM_WITH_SYSTEMD)

pam_libraries := -lpam -lcrypt -lcjson -loath -leconf -lsqlite3 -lsodium -lqrencode $(pwquality) -ldl -lrt
self_libraries := -lcrypt -lcjson -loath -leconf -lsqlite3 -lsodium
sudo_libraries := -lcrypt -lcjson -loath -leconf -lsqlite3 -lsodium
ctl_libraries := -lcrypt -lcjson -loath -leconf -lsqlite3 -lqrencode -lsodium -lzstd -lz -lcurl -lexpat -lcrypto -lpskc -lxml2 $(pwquality)
test_libraries := $(pam_libraries) -lzstd -lz -lcurl -lexpat -lcrypto -lpskc -lxml2 -lpthread

nss_module := $(BUILD)/libnss_iam.so.2
pam_module := $(BUILD)/pam_iam.so
sudo_plugin := $(BUILD)/sudo_iam.so
programs   := $(BUILD)/iamctl $(BUILD)/iam-authorized-keys $(BUILD)/iam-self

.DEFAULT_GOAL := all

## Building

# sudo's own header comes with sudo on Debian and with sudo-devel on Fedora; without it there is no
# plugin, and PAM decides alone.
with_sudo := $(shell echo '\#include <sudo_plugin.h>' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo yes)

all: $(nss_module) $(pam_module) $(programs) $(if $(with_sudo),$(sudo_plugin)) ## build both modules and the programs

$(nss_module): $(nss_objects) nss_iam/nss_iam.map
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(all_cflags) $(MODULE) -Wl,-z,nodelete -Wl,-soname,$(@F) \
		-Wl,--version-script=nss_iam/nss_iam.map $(LDFLAGS) -o $@ $(nss_objects) $(LDLIBS)

$(pam_module): $(pam_objects) pam_iam/pam_iam.map
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(all_cflags) $(MODULE) -Wl,--version-script=pam_iam/pam_iam.map $(LDFLAGS) \
		-o $@ $(pam_objects) $(pam_libraries) $(LDLIBS)

$(sudo_plugin): $(sudo_objects) common/tools/sudo-iam/sudo_iam.map
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(all_cflags) $(MODULE) -Wl,--version-script=common/tools/sudo-iam/sudo_iam.map \
		$(LDFLAGS) -o $@ $(sudo_objects) $(sudo_libraries) $(LDLIBS)

$(BUILD)/iamctl: $(ctl_objects)
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(all_cflags) -pie $(RELRO) $(LDFLAGS) -o $@ $(ctl_objects) $(ctl_libraries) $(LDLIBS)

$(BUILD)/iam-authorized-keys: $(keys_objects)
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(all_cflags) -pie $(RELRO) $(LDFLAGS) -o $@ $(keys_objects) $(LDLIBS)

$(BUILD)/iam-self: $(self_objects)
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(all_cflags) -pie $(RELRO) $(LDFLAGS) -o $@ $(self_objects) $(self_libraries) $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC      $<")
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -c -o $@ $<

$(BUILD)/common.a: $(library_objects)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

## Installing

# What an administrator copies: each below EXAMPLEDIR as below packaging/, or as below examples/.
examples := $(wildcard packaging/examples/* packaging/pam/*/* packaging/sshd_config.d/* \
              packaging/aws/* packaging/nsswitch.conf)
units := $(wildcard packaging/systemd/*)
# The paths in them are the usual ones; where installing says otherwise, they follow.
set_paths = sed -i 's|/usr/libexec/|$(LIBEXECDIR)/|; s|/usr/sbin/|$(SBINDIR)/|; s|/var/lib/|$(LOCALSTATEDIR)/lib/|; \
            s|/var/log/|$(LOCALSTATEDIR)/log/|; s|/run/iam|$(RUNSTATEDIR)/iam|'
# libnss_iam.so.2 ends like one.
manuals := $(filter-out build/%,$(wildcard */*.[1-8] common/*/*.[1-8] common/tools/*/*.[1-8]))

install: all ## install below DESTDIR; honours PREFIX, PAMDIR, NSSDIR, ...
	$(INSTALL) -D -m 0644 $(nss_module) $(DESTDIR)$(NSSDIR)/libnss_iam.so.2
	$(INSTALL) -D -m 0644 $(pam_module) $(DESTDIR)$(PAMDIR)/pam_iam.so
	$(INSTALL) -D -m 0755 $(BUILD)/iamctl $(DESTDIR)$(SBINDIR)/iamctl
	$(INSTALL) -D -m 0755 $(BUILD)/iam-authorized-keys $(DESTDIR)$(LIBEXECDIR)/iam-authorized-keys
	$(if $(with_sudo),$(INSTALL) -D -m 0644 $(sudo_plugin) $(DESTDIR)$(SUDODIR)/sudo_iam.so)
	$(INSTALL) -d -m 0755 $(DESTDIR)$(SYSCONFDIR)/iam $(DESTDIR)$(LOCALSTATEDIR)/lib/iam
	$(INSTALL) -D -m 0755 $(BUILD)/iam-self $(DESTDIR)$(LIBEXECDIR)/iam-self
	$(Q)for unit in $(units); do \
		$(INSTALL) -D -m 0644 $$unit $(DESTDIR)$(UNITDIR)/$${unit##*/} && \
		$(set_paths) $(DESTDIR)$(UNITDIR)/$${unit##*/} || exit 1; \
	done
	$(INSTALL) -d -m 0750 $(DESTDIR)$(LOCALSTATEDIR)/log/iam
	$(Q)for file in sysusers.d/iam.conf:$(SYSUSERSDIR)/iam.conf tmpfiles.d/iam.conf:$(TMPFILESDIR)/iam.conf \
		logrotate.d/iam:$(SYSCONFDIR)/logrotate.d/iam; do \
		$(INSTALL) -D -m 0644 packaging/$${file%%:*} $(DESTDIR)$${file#*:} && \
		$(set_paths) $(DESTDIR)$${file#*:} || exit 1; \
	done
	$(INSTALL) -D -m 0440 packaging/sudoers.d/iam $(DESTDIR)$(SYSCONFDIR)/sudoers.d/iam
	$(Q)for file in $(examples); do \
		name=$${file#packaging/}; \
		$(INSTALL) -D -m 0644 $$file $(DESTDIR)$(EXAMPLEDIR)/$${name#examples/} || exit 1; \
	done
	$(Q)for page in $(manuals); do \
		$(INSTALL) -D -m 0644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; \
	done

uninstall: ## remove what install put there; state and configuration stay
	rm -f $(DESTDIR)$(NSSDIR)/libnss_iam.so.2 $(DESTDIR)$(PAMDIR)/pam_iam.so \
		$(DESTDIR)$(SBINDIR)/iamctl $(DESTDIR)$(LIBEXECDIR)/iam-authorized-keys \
		$(DESTDIR)$(LIBEXECDIR)/iam-self $(addprefix $(DESTDIR)$(UNITDIR)/,$(notdir $(units))) \
		$(DESTDIR)$(SYSCONFDIR)/sudoers.d/iam $(DESTDIR)$(SUDODIR)/sudo_iam.so \
		$(DESTDIR)$(SYSUSERSDIR)/iam.conf $(DESTDIR)$(TMPFILESDIR)/iam.conf \
		$(DESTDIR)$(SYSCONFDIR)/logrotate.d/iam
	rm -rf $(DESTDIR)$(EXAMPLEDIR)
	$(Q)for page in $(manuals); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; \
	done

deps: ## install what building and testing need, by apt or dnf (needs root)
	packaging/install-dependencies.sh

## Testing

unit_tests   := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/test_*.c)))
fault_tests  := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/fault/test_*.c)))
module_tests := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/module/test_*.c)))
network_tests := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/network/test_*.c)))
fuzz_sources := $(sort $(wildcard tests/fuzz/fuzz_*.c))
fuzz_replays := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/replay_%,$(fuzz_sources))
test_parts   := $(call objects,tests/support)

# Every allocation of the code under test goes through the wrapper that can fail it.
fault_wraps := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray \
               -Wl,--wrap=open,--wrap=openat,--wrap=write,--wrap=fsync,--wrap=renameat,--wrap=nanosleep

$(BUILD)/tests/unit/% $(BUILD)/tests/module/% $(BUILD)/tests/fault/% \
$(BUILD)/tests/conformance/% $(BUILD)/tests/network/%: all_cppflags += -Itests

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(test_parts) $(BUILD)/common.a
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(test_libraries) $(LDLIBS)

$(BUILD)/tests/module/%: $(BUILD)/tests/module/%.o $(test_parts) $(BUILD)/common.a
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(test_libraries) $(LDLIBS)

$(BUILD)/tests/network/%: $(BUILD)/tests/network/%.o $(test_parts) $(BUILD)/common.a
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(test_libraries) $(LDLIBS)

$(BUILD)/tests/conformance/%: $(BUILD)/tests/conformance/%.o $(test_parts) $(BUILD)/common.a
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(test_libraries) $(LDLIBS)

$(BUILD)/tests/fault/%: $(BUILD)/tests/fault/%.o $(test_parts) $(BUILD)/common.a
	$(Q)$(CC) $(all_cflags) $(fault_wraps) $(LDFLAGS) -o $@ $^ $(test_libraries) $(LDLIBS)

$(BUILD)/tests/system/%.so: $(BUILD)/tests/system/%.o
	$(Q)$(CC) $(all_cflags) -shared $(LDFLAGS) -o $@ $^ -lcrypto $(LDLIBS)

$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/common.a
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(test_libraries) $(LDLIBS)

test_programs := $(unit_tests) $(fault_tests) $(module_tests) $(fuzz_replays)

check: check-unit check-network check-symbols ## all tests; with root the system tests too
	$(Q)if [ "$$(id -u)" = 0 ]; then $(MAKE) --no-print-directory check-system; else \
		echo "left out: the system tests (sshd, sudo, su, cron, login, passwd) need root"; fi

check-unit: all $(test_programs) ## tests that need no root (SANITIZE=1: with ASan and UBSan)
	$(Q)tests/run.sh $(BUILD) $(test_programs)

check-network: all $(network_tests) ## sources over HTTP against servers on loopback, AWS's stand-in among them
	$(Q)tests/network/run.sh $(BUILD) $(network_tests) tests/network/faithful.py

check-aws: all $(network_tests) ## of these, those of the AWS source alone
	$(Q)tests/network/run.sh $(BUILD) $(filter $(BUILD)/tests/network/test_aws_%,$(network_tests)) tests/network/faithful.py

check-symbols: all ## exported and imported symbols of the modules against the lists
	$(Q)tests/lint/symbols.sh $(BUILD)

check-system: all $(BUILD)/tests/system/security_key.so ## real programs on a disposable host (needs root)
	$(Q)tests/system/run.sh

conformance: all $(BUILD)/tests/conformance/compare ## policy cases of others, in the folder CASES
	$(Q)tests/conformance/run.sh $(BUILD) '$(CASES)'

demo: ## see an IAM user sign in: a disposable host, a real sshd, two minutes
	$(Q)tests/system/demo.sh

bench: all ## speed and memory beside the peers, as ratios in one run
	$(Q)$(MAKE) --no-print-directory $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/bench/bench_*.c)))
	$(Q)tests/bench/run.sh $(BUILD)

# What signing in and deciding need is no part of the other programs.
$(addprefix $(BUILD)/tests/bench/,bench_signin bench_policy bench_timing bench_password bench_crowd bench_report): $(call objects,tests/bench/signin)

# Nor is a web server.
$(addprefix $(BUILD)/tests/bench/,bench_bundle bench_fleet): $(call objects,tests/bench/web) \
	$(BUILD)/tests/support/web_server.o $(BUILD)/tests/support/scratch.o

# Only the libraries that are used: loading the others would be part of a first lookup.
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(call objects,tests/bench/support) $(BUILD)/common.a
	$(Q)$(CC) $(all_cflags) -Wl,--as-needed $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
		$(test_libraries) $(LDLIBS)

FUZZ_SECONDS ?= 60

fuzz: export FUZZ_FLAGS = $(all_cppflags)
fuzz: export FUZZ_LIBRARIES = $(test_libraries)
fuzz: ## explore each parser for FUZZ_SECONDS with libFuzzer (needs clang)
	$(Q)tests/fuzz/explore.sh $(FUZZ_SECONDS) '$(CLANG)' $(fuzz_sources)

# Programs that give up root cannot write their counts; some tests take that complaint for output and
# fail, which is no reason to have no table.
coverage: ## what the tests reach, by gcov, as a table
	-$(Q)GCOV_ERROR_FILE=/dev/null $(MAKE) --no-print-directory COVERAGE=1 CFLAGS='-O0 -g' check-unit
	$(Q)tests/coverage.sh build/coverage

## Keeping it tidy

sources := $(shell git ls-files '*.[ch]' 2>/dev/null)
scripts := $(shell git ls-files '*.sh' .ci/run 2>/dev/null)

lint: ## floors, banned calls, sizes, format, shell, manuals
	$(Q)tests/lint/layers.sh
	$(Q)tests/lint/banned.sh
	$(Q)tests/lint/sizes.sh
	$(Q)tests/lint/text.sh
	$(Q)tests/lint/units.sh
	$(Q)clang-format --dry-run -Werror $(sources)
	$(Q)shellcheck -x $(scripts)
	$(Q)mandoc -T lint -W warning $(manuals)
	@echo "lint: clean"

analyze: export ANALYZE_FLAGS = $(all_cppflags) -std=gnu17
analyze: ## gcc -fanalyzer, clang-tidy, cppcheck
	$(Q)tests/lint/analyze.sh '$(CC)'

format: ## rewrite the sources in the house style
	$(Q)clang-format -i $(sources)

clean: ## remove everything that was built
	$(Q)rm -rf build

help: ## show this list
	$(Q)sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' Makefile | expand -t 20

.PHONY: all install uninstall deps check check-unit check-network check-aws check-symbols check-system conformance demo bench fuzz \
        coverage lint analyze format clean help
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
