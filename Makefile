# perch: make help lists what can be asked for.

BUILD  ?= build
STATIC ?= yes
PORT   ?= 4221
DIR    ?= $(BUILD)/files

PACKAGES      := gcc libc6-dev make pkg-config musl-tools zlib1g-dev libsystemd-dev
# What the tests need besides, by what needs it.
PACKAGES_TEST := bats curl wget python3 strace systemd procps util-linux mount
PACKAGES_TEST += goaccess jq valgrind prometheus-node-exporter zsh
PACKAGES_TEST += chromium chromium-driver fonts-dejavu-core
PACKAGES_TEST += e2fsprogs
PACKAGES_TEST += gcovr clang libclang-rt-dev clang-format clang-tidy cppcheck shellcheck
PACKAGES_TEST += ucspi-tcp ipsvd socat netbase libwrap0 libtirpc3 libevent-2.1-7 libbsd0
PACKAGES_TEST += slowhttptest wrk nghttp2-client
PACKAGES_TEST += mandoc mmdebstrap dpkg-dev
PACKAGES_TEST += libxml2 libsqlite3-0 libnettle8 libxxhash0
PACKAGES_TEST += openssl iproute2 liblua5.3-0 libopentracing-c-wrapper0 libpcre2-8-0
# Superservers exclude each other where they are installed, and what is installed is started as well:
# these are unpacked beneath build/, no more.
PACKAGES_UNPACK := xinetd openbsd-inetd inetutils-inetd nginx haproxy stunnel4 caddy \
                   lighttpd lighttpd-mod-webdav
UNPACKED        := build/unpacked
# What "make bench" measures perch beside, and what that needs.
PACKAGES_BENCH        := $(PACKAGES) python3 gnuplot-nox ucspi-tcp libxml2 libsqlite3-0 libyaml-0-2 \
                         libnettle8 libpcre2-8-0 libxxhash0 libgnutls30 libssl3 wrk nghttp2-client
PACKAGES_BENCH_UNPACK := nginx lighttpd lighttpd-mod-webdav h2o caddy busybox mini-httpd micro-httpd webfs

# A target that packages may be installed for is made by a make of its own: see AFTER_DEPS.
MAKEFLAGS += --no-print-directory

# ---- What there is to build with ----

MUSL       := $(shell command -v musl-gcc)
LIBSYSTEMD := $(shell pkg-config --exists libsystemd 2>/dev/null && echo yes)
LIBZ       := $(wildcard $(shell $(CC) -print-file-name=libz.a 2>/dev/null))

# perch is static, against musl, where that can be had: its start is most of what a connection costs.
VARIANT := $(if $(filter yes,$(STATIC)),$(if $(MUSL),$(if $(LIBZ),musl)))
VARIANT := $(or $(VARIANT),dynamic)

# What "make deps ..." installs is looked for again, once it has: hence a make of its own, below.
AFTER_DEPS := $(filter deps deps-test deps-bench,$(MAKECMDGOALS))

ifeq ($(AFTER_DEPS),)
ifneq ($(filter yes,$(STATIC)),)
ifeq ($(VARIANT),dynamic)
$(info perch: musl-gcc or libz.a is missing, so build/perch becomes a dynamic program, slower to start; "make deps" installs them)
endif
endif
ifeq ($(LIBSYSTEMD)$(filter command%,$(origin LIBSYSTEMD)),)
$(info perch: libsystemd is missing, so perchd tells no service manager how it is; "make deps" installs it)
endif
endif

# ---- Flags ----

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
HARDEN   := -fPIE -fstack-protector-strong -fstack-clash-protection \
            $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
CFLAGS   ?= -O2 -g
# Only what a build adds to CFLAGS: the sanitizers, -Werror.
EXTRA    ?=
# Each function and each datum in a section of its own: $(PLACES) says which of them lie side by side.
COMMON   := -std=gnu17 -ffunction-sections -fdata-sections -D_GNU_SOURCE -Isrc -MMD -MP $(WARNINGS) $(HARDEN) $(CFLAGS) $(EXTRA)

FORTIFY := $(if $(findstring sanitize,$(EXTRA))$(findstring -O0,$(CFLAGS)),,-D_FORTIFY_SOURCE=2)
CFLAGS_dynamic := $(COMMON) $(FORTIFY) $(if $(LIBSYSTEMD),-DPERCH_LIBSYSTEMD $(shell pkg-config --cflags libsystemd))
LINK_dynamic    = $(Q)$(CC) $(EXTRA) $(LDFLAGS) -pie -Wl,-z,relro,-z,now -o $@ $(filter %.o,$^)
LIBS_perch     := -lz $(if $(LIBSYSTEMD),$(shell pkg-config --libs libsystemd))
LIBS_perchd    := $(if $(LIBSYSTEMD),$(shell pkg-config --libs libsystemd))

COMMA := ,

# perch is compiled as one when it is linked: a sixth fewer instructions for a kept request. What has
# a single caller stays a function still, or what few requests need would stand amidst what all do.
AS_ONE := -flto -flto-partition=one -fno-inline-functions-called-once

# musl's wrapper hides the system's headers: the kernel's and zlib's come after its own. Its specs
# know no static-pie, so the files that begin and end such a program are named here; where they are
# not found, perch is static at a fixed address. Two segments in place of four, constants beside the
# code, take 10 us less to map and unmap for each connection. The sorting is for src/base/rare.h.
MULTIARCH   := $(shell $(CC) -print-multiarch 2>/dev/null)
MUSL_LIB    := /usr/lib/$(patsubst %-gnu,%-musl,$(MULTIARCH))
STATIC_PIE  := $(wildcard $(MUSL_LIB)/rcrt1.o)
CFLAGS_musl := $(COMMON) $(AS_ONE) -idirafter /usr/include -idirafter /usr/include/$(MULTIARCH)
ifneq ($(STATIC_PIE),)
LINK_musl    = $(Q)$(MUSL) $(CFLAGS_musl) -static -nostartfiles $(STATIC_PIE) $(MUSL_LIB)/crti.o \
               $(shell $(CC) -print-file-name=crtbeginS.o) -o $@ $(filter %.o,$^) $(LIBZ) \
               $(shell $(CC) -print-file-name=crtendS.o) $(MUSL_LIB)/crtn.o \
               -Wl,-pie,--no-dynamic-linker,-z,text,-z,norelro,-z,now,-z,noseparate-code,--sort-section=name \
               $(addprefix -Wl$(COMMA)-T$(COMMA),$(PLACES))
else
LINK_musl    = $(Q)$(MUSL) $(CFLAGS_musl) -static -o $@ $(filter %.o,$^) $(LIBZ) -Wl,-z,relro,-z,now
endif
# Only GNU's linker knows what that file says.
PLACES       := $(if $(MUSL),$(if $(shell $(MUSL) -Wl,--version 2>/dev/null | grep -m1 "^GNU ld"),src/places.ld))
COMPILE_musl    = $(MUSL) $(CFLAGS_musl)
COMPILE_dynamic = $(CC) $(CFLAGS_dynamic)

# make V=1 shows the commands.
Q := $(if $(V),,@)

define compile
@mkdir -p $(@D)
@echo '  CC    $@'
$(Q)$(1)
endef

# ---- What the programs are made of ----

SOURCES_perch  := src/perch.c $(wildcard src/base/*.c src/http/*.c src/os/*.c src/serve/*.c)
SOURCES_perchd := src/perchd.c $(wildcard src/base/*.c src/launch/*.c) \
                  src/os/inherit.c src/os/clock.c src/os/loopback.c src/os/powers.c
SOURCES        := $(wildcard src/*.c src/*/*.c)
HEADERS        := $(wildcard src/*.h src/*/*.h)

objects = $(patsubst src/%.c,$(BUILD)/$(2)/%.o,$(1))

.SECONDARY: # objects stay, also those that only a unit program asked for
.PHONY: all deps deps-test deps-bench bench run install uninstall deb test test-faults lint fuzz sanitize format clean help FORCE
.PHONY: install-built test-siege all-tests coverage test-glibc valgrind
.DELETE_ON_ERROR:

all: $(BUILD)/perch $(BUILD)/perchd

# A program or object that is there was made by these commands: else it is made anew.
$(BUILD)/commands: FORCE
	@mkdir -p $(BUILD)
	@echo '$(VARIANT) $(COMPILE_musl) $(COMPILE_dynamic) $(LIBS_perch)' | cmp -s - $@ || \
	 echo '$(VARIANT) $(COMPILE_musl) $(COMPILE_dynamic) $(LIBS_perch)' > $@

$(BUILD)/perch: $(call objects,$(SOURCES_perch),$(VARIANT)) Makefile $(PLACES)
	@echo '  LINK  $@ ($(VARIANT))'
	$(LINK_$(VARIANT)) $(if $(filter dynamic,$(VARIANT)),$(LIBS_perch))

$(BUILD)/perchd: $(call objects,$(SOURCES_perchd),dynamic) Makefile
	@echo '  LINK  $@'
	$(LINK_dynamic) $(LIBS_perchd)

$(BUILD)/musl/%.o: src/%.c $(BUILD)/commands
	$(call compile,$(COMPILE_musl) -c -o $@ $<)

$(BUILD)/dynamic/%.o: src/%.c $(BUILD)/commands
	$(call compile,$(COMPILE_dynamic) -c -o $@ $<)

# The page is put into its object.
$(BUILD)/musl/serve/page.o $(BUILD)/dynamic/serve/page.o: $(wildcard src/page/*)

-include $(patsubst %.o,%.d,$(call objects,$(SOURCES),musl) $(call objects,$(SOURCES),dynamic))

# ---- Packages ----

# Nothing where all is there; no questions; says what is needed where there is no apt.
define install
	@missing=; for p in $(1); do \
	   dpkg-query -W -f='$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || missing="$$missing $$p"; \
	 done; \
	 if ! command -v apt-get >/dev/null; then \
	   echo "make $@: there is no apt-get here; install what these Debian packages hold: $(1)"; \
	 elif [ -n "$$missing" ]; then \
	   as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	   echo "make $@: installing$$missing"; \
	   $$as_root apt-get -qq update && \
	   $$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing >/dev/null; \
	 fi
endef

deps:
	$(call install,$(PACKAGES))

# Without installing: only the files.
define unpack
	@! command -v apt-get >/dev/null || \
	 for p in $(1); do \
	   [ ! -d $(UNPACKED)/$$p ] || continue; \
	   echo "make $@: unpacking $$p"; \
	   rm -rf $(UNPACKED)/.new && mkdir -p $(UNPACKED)/.new && \
	   (cd $(UNPACKED)/.new && apt-get -qq download -o APT::Sandbox::User= $$p && dpkg-deb -x ./*.deb tree) && \
	   mv $(UNPACKED)/.new/tree $(UNPACKED)/$$p || exit 1; \
	 done; rm -rf $(UNPACKED)/.new
endef

deps-test:
	$(call install,$(PACKAGES) $(PACKAGES_TEST))
	$(call unpack,$(PACKAGES_UNPACK))

deps-bench:
	$(call install,$(PACKAGES_BENCH))
	$(call unpack,$(PACKAGES_BENCH_UNPACK))

run: | $(AFTER_DEPS)
	@$(MAKE) all
	@mkdir -p '$(DIR)'
	@exec $(BUILD)/perchd --listen '$(PORT)' --directory '$(DIR)' --listing

# ---- Installing ----

# perch and perchd must be in one folder. Units go where systemd says that it looks for them, or, with
# a PREFIX that it does not know, below that. DESTDIR stands before all of them.
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
SYSTEM_PREFIX := $(filter /usr /usr/local,$(PREFIX))
UNITDIR ?= $(or $(if $(SYSTEM_PREFIX),$(shell pkg-config --variable=systemdsystemunitdir systemd 2>/dev/null)),$(PREFIX)/lib/systemd/system)
TMPFILESDIR ?= $(or $(if $(SYSTEM_PREFIX),$(shell pkg-config --variable=tmpfilesdir systemd 2>/dev/null)),$(PREFIX)/lib/tmpfiles.d)
EXAMPLEDIR ?= $(PREFIX)/share/doc/perch/examples

UNITFILES := $(wildcard systemd/*.socket systemd/*.service systemd/*.slice systemd/*.timer)
EXAMPLES  := $(wildcard systemd/*.inetd systemd/*.xinetd)
PAGES     := $(wildcard src/*.8)
# The shipped units name /usr/local/bin. A dynamic perch may execute the libraries as well.
UNIT_EDIT := s|/usr/local/bin/|$(BINDIR)/|g; $(if $(filter dynamic,$(VARIANT)),/^ExecPaths=.*perch$$/s|$$| -/lib -/lib64 -/usr/lib|)
# Made from --help: the table of options is the only one.
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions

INSTALLED := $(TMPFILESDIR)/perch.conf $(BASHDIR)/perch $(BASHDIR)/perchd $(ZSHDIR)/_perch \
             $(addprefix $(BINDIR)/,perch perchd) $(addprefix $(MANDIR)/man8/,$(notdir $(PAGES))) \
             $(addprefix $(UNITDIR)/,$(notdir $(UNITFILES))) \
             $(addprefix $(EXAMPLEDIR)/,$(notdir $(EXAMPLES)))

install: | $(AFTER_DEPS)
	@$(MAKE) all
	@$(MAKE) install-built

install-built:
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man8' '$(DESTDIR)$(UNITDIR)' '$(DESTDIR)$(EXAMPLEDIR)'
	install -m 755 $(BUILD)/perch $(BUILD)/perchd '$(DESTDIR)$(BINDIR)'
	install -d '$(DESTDIR)$(BASHDIR)' '$(DESTDIR)$(ZSHDIR)'
	{ $(BUILD)/perch --help && $(BUILD)/perchd --help; } > $(BUILD)/help
	awk -v shell=bash -f src/completion.awk $(BUILD)/help > '$(DESTDIR)$(BASHDIR)/perch'
	ln -sf perch '$(DESTDIR)$(BASHDIR)/perchd'
	awk -v shell=zsh -f src/completion.awk $(BUILD)/help > '$(DESTDIR)$(ZSHDIR)/_perch'
	install -m 644 $(PAGES) '$(DESTDIR)$(MANDIR)/man8'
	install -D -m 644 systemd/perch.tmpfiles '$(DESTDIR)$(TMPFILESDIR)/perch.conf'
	@for unit in $(UNITFILES) $(EXAMPLES); do \
	   to='$(DESTDIR)$(UNITDIR)'; \
	   case $$unit in *inetd) to='$(DESTDIR)$(EXAMPLEDIR)' ;; esac; \
	   echo "install -m 644 $$unit $$to"; \
	   sed '$(UNIT_EDIT)' "$$unit" > "$$to/$${unit##*/}" && \
	   chmod 644 "$$to/$${unit##*/}" || exit 1; \
	 done

# What people put beside these files, and what was uploaded, stays.
uninstall:
	rm -f $(patsubst %,'$(DESTDIR)%',$(INSTALLED))

# ---- A Debian package ----

DEB_ROOT  = $(BUILD)/deb
DEB_VERSION = $(shell sed -n 's/.*PERCH_VERSION "\(.*\)"/\1/p' src/base/diag.h)
DEB_ARCH  = $(shell dpkg --print-architecture)

# dpkg-shlibdeps, which knows what perchd's libraries are packaged as, wants a debian/control.
deb: | $(AFTER_DEPS)
	@command -v dpkg-shlibdeps >/dev/null || { echo 'make deb: dpkg-shlibdeps is missing; install dpkg-dev'; exit 1; }
	@rm -rf $(DEB_ROOT) $(BUILD)/shlibdeps
	@$(MAKE) install DESTDIR='$(abspath $(DEB_ROOT))' PREFIX=/usr >/dev/null
	$(Q)strip $(DEB_ROOT)/usr/bin/*
	$(Q)gzip -9n $(DEB_ROOT)/usr/share/man/man8/*.8
	$(Q)install -D -m 644 LICENSE $(DEB_ROOT)/usr/share/doc/perch/copyright
	$(Q)install -D -m 644 README.md $(DEB_ROOT)/usr/share/doc/perch/README.md
	$(Q)install -D -t $(DEB_ROOT)/DEBIAN $(addprefix systemd/debian/,postinst prerm postrm)
	$(Q)mkdir -p $(BUILD)/shlibdeps/debian && echo 'Source: perch' > $(BUILD)/shlibdeps/debian/control
	$(Q)depends=$$(cd $(BUILD)/shlibdeps && dpkg-shlibdeps -O $(patsubst %,-e'$(abspath $(DEB_ROOT))/usr/bin/%',perchd $(if $(filter dynamic,$(VARIANT)),perch))) && \
	 sed "s/@VERSION@/$(DEB_VERSION)/; s/@ARCHITECTURE@/$(DEB_ARCH)/; s/@DEPENDS@/$${depends#*=}/; s/@SIZE@/$$(du -sk $(DEB_ROOT) | cut -f1)/" \
	   systemd/debian/control.in > $(DEB_ROOT)/DEBIAN/control
	$(Q)(cd $(DEB_ROOT) && find usr lib -type f -exec md5sum {} + > DEBIAN/md5sums)
	@dpkg-deb --root-owner-group --build $(DEB_ROOT) $(BUILD)/perch_$(DEB_VERSION)_$(DEB_ARCH).deb

# ---- Tests ----

# A unit program is one file of tests/unit, linked with the pure rooms.
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
PURE  := $(call objects,$(wildcard src/base/*.c src/http/*.c) src/launch/demand.c,dynamic)

$(BUILD)/unit/%: tests/unit/%.c $(PURE)
	$(call compile,$(COMPILE_dynamic) -Itests/unit -o $@ $< $(PURE))

-include $(UNITS:=.d)

# What tries to get out of the jail is linked with the same jail as perch.
JAILED := $(call objects,$(wildcard src/base/*.c) $(addprefix src/os/,jail.c filter.c assembly.c powers.c),$(VARIANT))
ESCAPE := $(patsubst tests/%.c,$(BUILD)/$(VARIANT)/%.o,$(wildcard tests/jail/*.c))

$(BUILD)/$(VARIANT)/jail/%.o: tests/jail/%.c $(BUILD)/commands
	$(call compile,$(COMPILE_$(VARIANT)) -c -o $@ $<)

$(BUILD)/jail/escape: $(ESCAPE) $(JAILED) Makefile
	@mkdir -p $(@D)
	@echo '  LINK  $@ ($(VARIANT))'
	$(LINK_$(VARIANT))

-include $(ESCAPE:.o=.d)

# The session in a test's own process: the linker leads what the wire asks of the system past
# tests/scripted/connection.c. Without _FORTIFY_SOURCE, which has other names for those calls.
WRAPPED  := read poll send sendfile fallocate fstat fstatat clock_gettime getrandom stop_watch
WRAP     := $(WRAPPED:%=-Wl,--wrap=%)
HANDLER  := $(wildcard src/base/*.c src/http/*.c src/os/*.c src/serve/*.c)
SCRIPTED := $(wildcard tests/scripted/*.c)
CUT      := $(HANDLER:%.c=$(BUILD)/scripted/%.o) $(SCRIPTED:%.c=$(BUILD)/scripted/%.o)

$(BUILD)/scripted/%.o: %.c $(BUILD)/commands
	$(call compile,$(CC) $(COMMON) -U_FORTIFY_SOURCE -c -o $@ $<)

$(BUILD)/cut: $(CUT)
	@echo '  LINK  $@'
	$(Q)$(CC) $(EXTRA) $(LDFLAGS) $(WRAP) -pie -o $@ $^ -lz

-include $(CUT:.o=.d)

# perch by a clock that a test can put forward.
LATER := $(HANDLER:%.c=$(BUILD)/scripted/%.o) $(patsubst %,$(BUILD)/scripted/%.o,src/perch tests/later/clock)

$(BUILD)/later: $(LATER)
	@echo '  LINK  $@'
	$(Q)$(CC) $(EXTRA) $(LDFLAGS) -Wl,--wrap=clock_gettime -pie -o $@ $^ -lz

-include $(LATER:.o=.d)

# What the bench measures with: a client that counts, and the least that any server could do, static
# where that can be had.
BENCH := $(BUILD)/bench/load $(BUILD)/bench/null $(BUILD)/bench/receive $(BUILD)/bench/start \
         $(BUILD)/bench/store

$(BUILD)/bench/load $(BUILD)/bench/receive $(BUILD)/bench/start $(BUILD)/bench/store: $(BUILD)/bench/%: tests/bench/%.c $(BUILD)/commands
	$(call compile,$(CC) $(CFLAGS_dynamic) -o $@ $<)

$(BUILD)/bench/null: tests/bench/null.c $(BUILD)/commands
	$(call compile,$(or $(MUSL),$(CC)) -static -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -o $@ $< \
	  -idirafter /usr/include -idirafter /usr/include/$(MULTIARCH))

-include $(BUILD)/bench/load.d $(BUILD)/bench/receive.d $(BUILD)/bench/start.d $(BUILD)/bench/store.d

# ONLY="new pipelined" measures some, ROUNDS and SECONDS of each.
bench: | $(AFTER_DEPS)
	@$(MAKE) all $(BENCH)
	@BUILD='$(BUILD)' tests/bench/bench.py $(if $(ONLY),--only '$(ONLY)') $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(SECONDS),--seconds $(SECONDS))

# What the tests of faults run; built as they are, whatever perch is built with. strike knows the
# system calls of one kind of processor.
FAULTS := $(BUILD)/faults/disk $(if $(filter x86_64,$(shell uname -m)),$(BUILD)/faults/strike)
STRIKE := $(addprefix tests/faults/,strike.c scene.c message.c folder.c errors.c trace.c)

$(BUILD)/faults/disk: tests/faults/disk.c
$(BUILD)/faults/strike: $(STRIKE) $(addprefix tests/faults/,scene.h message.h folder.h errors.h trace.h)
$(BUILD)/faults/%: Makefile
	$(call compile,$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^))

all-tests: all $(UNITS) $(FAULTS) $(BUILD)/jail/escape $(BUILD)/cut $(BUILD)/later $(BENCH)

test: | $(AFTER_DEPS)
	@$(MAKE) all-tests
	@BUILD='$(BUILD)' tests/run

# The long form of tests/siege, which "make test" runs in short.
test-siege: | $(AFTER_DEPS)
	@$(MAKE) all
	@SIEGE=500 SIEGE_SECONDS=30 BUILD='$(BUILD)' bats tests/siege

# The long form of tests/faults, which "make test" runs in short: see tests/faults/README.md.
test-faults: | $(AFTER_DEPS)
	@$(MAKE) all $(FAULTS)
	@BUILD='$(BUILD)' FAULTS_FORM=long BATS_TEST_TIMEOUT=600 tests/run faults

# ---- Fuzzing ----

# A target is one file of tests/fuzz. That of the session is linked as $(BUILD)/cut is; it notes what
# was asked where the parsers are called.
FUZZ        := $(BUILD)/fuzz
TARGETS     := $(patsubst tests/fuzz/%.c,$(FUZZ)/%,$(wildcard tests/fuzz/*.c))
FUZZ_FLAGS  := -std=gnu17 -D_GNU_SOURCE -Isrc -MMD -MP -O1 -g -fno-omit-frame-pointer \
               -fno-sanitize-recover=all
FUZZ_EXPLORES := -fsanitize=fuzzer-no-link,address,undefined
FUZZ_CHECKS := -fsanitize=address,undefined
FUZZ_PURE   := $(patsubst %.c,$(FUZZ)/objects/%.o,$(wildcard src/base/*.c src/http/*.c))
FUZZ_ALL    := $(patsubst %.c,$(FUZZ)/objects/%.o,$(HANDLER) $(filter-out %/cut.c,$(SCRIPTED)))
FUZZ_WRAP   := $(WRAP) $(patsubst %,-Wl$(COMMA)--wrap=%,recall_parse framing_decide body_next)
SECONDS     ?= 60

$(FUZZ)/objects/src/%.o: src/%.c
	$(call compile,clang $(FUZZ_FLAGS) $(FUZZ_EXPLORES) -c -o $@ $<)

# What tests is not what is to be explored.
$(FUZZ)/objects/tests/%.o: tests/%.c
	$(call compile,clang $(FUZZ_FLAGS) $(FUZZ_CHECKS) -c -o $@ $<)

FUZZ_LINK = $(Q)echo '  FUZZ  $@'; clang -fsanitize=fuzzer,address,undefined -o $@ $^

$(FUZZ)/session: $(FUZZ)/objects/tests/fuzz/session.o $(FUZZ_ALL)
	$(FUZZ_LINK) $(FUZZ_WRAP) -lz

$(FUZZ)/%: $(FUZZ)/objects/tests/fuzz/%.o $(FUZZ_PURE)
	$(FUZZ_LINK)

-include $(patsubst $(FUZZ)/%,$(FUZZ)/objects/tests/fuzz/%.d,$(TARGETS)) $(FUZZ_ALL:.o=.d)

# SECONDS is the whole time, shared over the targets and the processors.
fuzz: | $(AFTER_DEPS)
	@$(MAKE) -s $(TARGETS)
	@BUILD='$(BUILD)' tests/fuzz/run '$(SECONDS)'

# ---- Other builds ----

# perch as distributions may want it: dynamic, against glibc and libsystemd.
test-glibc: | $(AFTER_DEPS)
	@$(MAKE) all-tests BUILD=$(BUILD)/glibc STATIC=no
	@BUILD='$(BUILD)/glibc' tests/run unit cases handed clients

# Such a build under valgrind, which must find no error and nothing that leaks: every case, whole,
# through pipes. The jail's limits and filters are not for what valgrind does besides. What it says of
# system calls that it does not know is left in the logs, where its findings are: those change the
# exit status as well.
VALGRIND := valgrind -q --vgdb=no --log-file=$(abspath $(BUILD))/valgrind/logs/%p --error-exitcode=99 \
            --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all
valgrind: | $(AFTER_DEPS)
	@$(MAKE) -s all BUILD=$(BUILD)/valgrind STATIC=no EXTRA=-DPERCH_INSTRUMENTED
	@rm -rf $(BUILD)/valgrind/logs
	@mkdir -p $(BUILD)/valgrind/under $(BUILD)/valgrind/logs
	@echo '#!/bin/sh' >$(BUILD)/valgrind/under/perch
	@echo 'exec $(VALGRIND) $(abspath $(BUILD))/valgrind/perch "$$@" --sandbox=off' >>$(BUILD)/valgrind/under/perch
	@chmod +x $(BUILD)/valgrind/under/perch
	@tests/cases.py --build $(BUILD)/valgrind/under --transport pipe --cut whole

# ---- Coverage ----

# Lines and branches by room, of the unit programs, the cases, the bats tests and the faults. The jail
# is the real one: tests/counters/counters.c tells how its inmates are counted.
COUNTERS := $(BUILD)/coverage/counters.o

$(COUNTERS): tests/counters/counters.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O2 -c -o $@ $<

coverage: $(COUNTERS) | $(AFTER_DEPS)
	@$(MAKE) -s all-tests BUILD=$(BUILD)/coverage STATIC=no LIBSYSTEMD= CFLAGS='-O0 -g' \
	  EXTRA='--coverage -fprofile-update=atomic -fprofile-abs-path -fdata-sections' \
	  LDFLAGS='$(abspath $(COUNTERS)) -Wl,--wrap=__gcov_exit -Wl,-T,tests/counters/counters.ld'
	@BUILD='$(BUILD)/coverage' tests/coverage

lint: | $(AFTER_DEPS)
	@tests/lint

# The same tests, with the sanitizers in: any of their reports ends a program, and so a test.
sanitize: | $(AFTER_DEPS)
	@$(MAKE) test BUILD=$(BUILD)/sanitize STATIC=no \
	  EXTRA='-DPERCH_INSTRUMENTED -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

format:
	clang-format -i $(SOURCES) $(HEADERS) $(wildcard tests/*/*.[ch])

clean:
	rm -rf build

help:
	@echo 'make              build/perch and build/perchd'
	@echo 'make STATIC=no    the same, perch dynamic and with libsystemd'
	@echo 'make deps         install what building and running need'
	@echo 'make deps-test    install what the tests need besides'
	@echo 'make bench        measure it beside other servers; make deps-bench unpacks those'
	@echo 'make run          serve DIR (build/files) on PORT (4221) of this machine'
	@echo 'make install      into PREFIX (/usr/local), DESTDIR before it; make uninstall'
	@echo 'make deb          build/perch_VERSION_ARCHITECTURE.deb'
	@echo 'make test         all tests'
	@echo 'make test-siege   clients that mean harm, 500 at once (5 minutes)'
	@echo 'make test-faults  kills, errors, power cuts and crowds, at length (10 minutes)'
	@echo 'make lint         formatting, clang-tidy, cppcheck, shellcheck, warnings of gcc and clang'
	@echo 'make sanitize     all tests with AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make fuzz         fuzz each parser and the whole session, SECONDS=60 in all'
	@echo 'make test-glibc   the cases and the live clients with perch dynamic'
	@echo 'make valgrind     the cases under valgrind'
	@echo 'make coverage     lines and branches that the tests reach, by room'
	@echo 'make format       format the sources'
	@echo 'make clean        remove build/'
	@echo 'V=1 shows the commands.'
