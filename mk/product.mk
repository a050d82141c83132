# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# What is installed: library (with the simulation inside), command, headers, pkg-config file, firmware, manual pages.

SIMLIB    := $(O)/vl/main/libsimlib.a
SYS_LIBS  := -lstdc++ -lpthread -lm -lz
TOOL_LIBS := -ljansson
# What the training run links too; the engines of other sizes come on top.
LIB_BASE  := $(call objs,$(LIB_SRCS) $(LIBMMU_SRCS) $(SIM_SRCS)) $(O)/obj/firmware_hex.o
ENGINES   := $(SIM_ENGINES:%=$(O)/vl/%/engine.o) $(O)/obj/engines.o
LIB_OBJS  := $(LIB_BASE) $(ENGINES)
LIB_A     := $(O)/lib/libcatwalk.a
LIB_SO    := $(O)/lib/libcatwalk.so.$(basename $(VERSION))
LIB_MAP   := $(wildcard lib/libcatwalk.map)
LIB_PC    := $(O)/lib/catwalk.pc
TOOL      := $(O)/bin/catwalk
MAN_PAGES := $(sort $(wildcard docs/man/*.[1-8]))

CFLAGS_lib += -DCW_LIB_VERSION='"$(VERSION)"'

.PHONY: product install
product: $(if $(LIB_SRCS),$(LIB_A) $(LIB_SO) $(LIB_PC)) $(if $(TOOL_SRCS),$(TOOL)) $(FW_HEX)

# The product's variant is compiled twice: the first one runs the benchmark and counts how often each branch is taken,
# the second one is laid out by it. It simulates a quarter faster; what it does is the same. gcc finds the counts by the
# path of the object, so both compilations stand in one directory. VL_FAST in vl.mk has the flags of the second.
VL_COUNT := -O3 -fprofile-generate -fprofile-update=single
VL_TRAIN := bench fault-latency --table-mem ideal:50 --host-time fixed:1500 --iterations 4 \
  --scenario tlb-hit,walk-cold,walk-cached,first-touch
$(if $(main_VLOPT),$(eval $(O)/vl/main/libsimlib.a: $(O)/vl/main/profile))
$(O)/vl/main/profile: $(O)/vl/main/Vsim_lib.mk mk/vl.mk $(LIB_BASE) $(O)/obj/engine_main.o \
  $(call objs,$(TOOL_SRCS))
	+$(call say,PROFILE,main)rm -f $(@D)/*.gcda $(@D)/*sim*.o $(@D)/libsimlib.a; \
	  $(MAKE) $(if $(Q),-s) -f Vsim_lib.mk OPT_FAST='$(VL_COUNT)' OPT_GLOBAL=-O3 $(if $(Q),>/dev/null) -C $(@D) \
	  libsimlib.a
	$(Q)$(CC) $(LDFLAGS) -fprofile-generate -o $(@D)/train $(filter %.o,$^) $(@D)/libsimlib.a $(TOOL_LIBS) \
	  $(SYS_LIBS)
	$(Q)timeout 300 $(@D)/train $(VL_TRAIN) >$(@D)/train.log 2>&1 || { cat $(@D)/train.log; exit 1; }
	$(Q)rm -f $(@D)/train $(@D)/*sim*.o $(@D)/libsimlib.a; touch $@

# An engine of other sizes as one object in which only its four functions can be seen, by a name of their own: else the
# classes of two engines, and the two run times, would be taken for one.
$(SIM_ENGINES:%=$(O)/vl/%/engine.o): $(O)/vl/%/engine.o: $(O)/vl/%/libsimlib.a
	$(call say,ENGINE,$*)$(LD) -r --force-group-allocation --whole-archive -o $@ $<
	$(Q)$(OBJCOPY) $(foreach f,create combo_update seq_update final,--keep-global-symbol=simlib_protectlib_$(f)) $@
	$(Q)$(OBJCOPY) $(foreach f,create combo_update seq_update final,\
	  --redefine-sym simlib_protectlib_$(f)=$*_protectlib_$(f)) $@

# The table of the engines; the tests link one engine only, whichever theirs is.
engine_sizes = $(patsubst -G%,.%$(comma),$($(1)_VLFLAGS))
engine_table = { printf '%s\n' '\#include "sim/engine.h"' $(foreach e,$(1),'CW_ENGINE_DECL($(e));') \
  'const struct cw_engine cw_engines[] = {' $(foreach e,$(1),'CW_ENGINE($(e), $(call engine_sizes,$(e))),') \
  '{.create = 0}};'; } >$@
comma := ,
$(O)/gen/engines.c: sim/rules.mk mk/product.mk
	$(Q)mkdir -p $(@D) && $(call engine_table,simlib $(SIM_ENGINES))
$(O)/gen/engine_main.c: mk/product.mk
	$(Q)mkdir -p $(@D) && $(call engine_table,simlib)
$(O)/obj/%.o: $(O)/gen/%.c
	$(call say,CC,$<)mkdir -p $(@D)
	$(Q)$(CC) $(OPT) $(CFLAGS_ALL) $(CFLAGS) -c -o $@ $<
$(O)/san/%.o: $(O)/gen/%.c
	$(call say,CC,$< (san))mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(CFLAGS_ALL) $(CFLAGS) -c -o $@ $<

$(LIB_A): $(LIB_OBJS) $(SIMLIB)
	$(call say,AR,$@)mkdir -p $(@D)
	$(Q)rm -f $@; { echo create $@; printf 'addmod %s\n' $(LIB_OBJS); echo addlib $(SIMLIB); echo save; } | \
	  $(AR) -M
	$(Q)$(AR) s $@

$(LIB_SO): $(LIB_OBJS) $(SIMLIB) $(LIB_MAP)
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) -shared $(LDFLAGS) -Wl,-soname,libcatwalk.so.$(SOVERSION) $(LIB_MAP:%=-Wl,--version-script=%) \
	  -Wl,--no-undefined -o $@ $(LIB_OBJS) $(SIMLIB) $(SYS_LIBS)
	$(Q)ln -sf $(@F) $(@D)/libcatwalk.so.$(SOVERSION)
	$(Q)ln -sf libcatwalk.so.$(SOVERSION) $(@D)/libcatwalk.so

$(LIB_PC): mk/product.mk Makefile FORCE
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' 'prefix=$(PREFIX)' 'Name: catwalk' 'Description: MMU for the DMA of FPGA cards' \
	  'Version: $(VERSION)' 'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lcatwalk' \
	  'Libs.private: $(SYS_LIBS)' >$@

$(TOOL): $(call objs,$(TOOL_SRCS)) $(LIB_A)
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS) $(SYS_LIBS)

# The command with sanitizers in all C code, for tests that run it.
$(O)/san/bin/catwalk: $(call san_objs,$(TOOL_SRCS)) $(ENGINES) \
  $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) $(SIMLIB)
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(TOOL_LIBS) $(SYS_LIBS)

to = $(DESTDIR)$(PREFIX)
install: product
	$(Q)install -d $(to)/bin $(to)/lib/pkgconfig $(to)/include/catwalk $(to)/share/catwalk
	$(Q)install -m 755 $(TOOL) $(to)/bin/
	$(Q)install -m 644 $(LIB_A) $(to)/lib/
	$(Q)install -m 755 $(LIB_SO) $(to)/lib/
	$(Q)ln -sf $(notdir $(LIB_SO)) $(to)/lib/libcatwalk.so.$(SOVERSION)
	$(Q)ln -sf libcatwalk.so.$(SOVERSION) $(to)/lib/libcatwalk.so
	$(Q)install -m 644 $(LIB_PC) $(to)/lib/pkgconfig/
	$(Q)install -m 644 include/catwalk.h $(to)/include/
	$(Q)install -m 644 $(wildcard include/catwalk/*) $(to)/include/catwalk/
	$(if $(FW_HEX),$(Q)install -m 644 $(FW_HEX) $(to)/share/catwalk/)
	$(Q)set -e; for m in $(MAN_PAGES); do \
	  d=$(to)/share/man/man$${m##*.}; install -d $$d; install -m 644 $$m $$d/; done
