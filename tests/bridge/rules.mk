# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Bench of the AXI4 bridge, and the broken bridges that it must find.
BRIDGE_SRCS := $(addprefix rtl/cw_,fifo.sv arb.sv id_order.sv) $(wildcard rtl/cw_bridge*.sv) \
  tests/bridge/tb_bridge_mem.svh tests/bridge/tb_bridge.sv

$(eval $(call sv_bench,rtl_bridge,$(BRIDGE_SRCS)))

# Its parts alone.
BRIDGE_PART_SRCS := $(filter-out tests/bridge/%,$(BRIDGE_SRCS)) tests/bridge/tb_unit.svh tests/bridge/tb_path.svh
$(foreach b,in rd wr ask,\
  $(eval $(call sv_bench,rtl_bridge_$b,$(BRIDGE_PART_SRCS) tests/bridge/tb_bridge_$b.sv)))
$(eval $(call sv_build,bridge-mutants,$(BRIDGE_SRCS),-DCW_MUTANTS))

TESTS += bridge-mutants
bridge-mutants_CMD      = tests/bridge/mutants.sh $(O)/sv/bridge-mutants/bench $$($(CWGEN) mutants bridge-mutants)
bridge-mutants_DEPS    := $(O)/sv/bridge-mutants/bench
bridge-mutants_OPT     := -O1
bridge-mutants_TIMEOUT := 900

# The sample NIC queue on the simulated card.
TESTS += nic
nic_SRCS := tests/bridge/test_nic.c
nic_LIBS := lib

# The same with broken queues, each of which it must find.
$(O)/tests/nic-mutants: $(patsubst %.c,$(O)/san/%.o,$(nic_SRCS) tests/cli/choose_mutant.c) \
  $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) $(O)/vl/mutants/libsimlib.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(SYS_LIBS)
TESTS += nic-fail
nic-fail_CMD   = tests/bridge/nic_fail.sh $(O)/tests/nic-mutants $$($(CWGEN) mutants nic-fail)
nic-fail_DEPS := $(O)/tests/nic-mutants
nic-fail_TIMEOUT := 700

TESTS += bridge-emul
bridge-emul_SRCS := tests/bridge/test_emul.c
bridge-emul_LIBS := lib

TESTS += bridge-fence
bridge-fence_SRCS := tests/bridge/test_fence.c tools/bench_sum.c
bridge-fence_LIBS := lib

# The same with broken engines, each of which it must find.
$(O)/tests/bridge-fence-mutants: $(patsubst %.c,$(O)/san/%.o,$(bridge-fence_SRCS) tests/cli/choose_mutant.c) \
  $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) $(O)/vl/mutants/libsimlib.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(SYS_LIBS)
TESTS += bridge-fence-fail
bridge-fence-fail_CMD  := tests/bridge/fence_fail.sh $(O)/tests/bridge-fence-mutants
bridge-fence-fail_DEPS := $(O)/tests/bridge-fence-mutants

$(eval $(call sv_bench,rtl_bridge_mux,rtl/cw_fifo.sv rtl/cw_bridge_mux.sv tests/bridge/tb_bridge_mux.sv))
$(eval $(call sv_bench,rtl_id_order,rtl/cw_id_order.sv tests/bridge/tb_unit.svh tests/unit/tb_must.svh \
  tests/bridge/tb_id_order.sv))
$(eval $(call sv_bench,rtl_bridge_port,rtl/cw_fifo.sv rtl/cw_bridge_mux.sv rtl/cw_bridge_port.sv \
  tests/bridge/tb_unit.svh tests/unit/tb_must.svh tests/bridge/tb_bridge_port.sv))
FAULT_DATA_SRCS := rtl/cw_fifo.sv rtl/cw_fault_data.sv tests/bridge/tb_unit.svh \
  tests/unit/tb_must.svh tests/bridge/tb_fault_data.sv
$(eval $(call sv_bench,rtl_fault_data,$(FAULT_DATA_SRCS)))
FAULT_DATA_KINDS := a request|bytes that are told|the line is ack|nothing is added
$(eval $(call sv_fail,rtl_fault_data-fail,$(FAULT_DATA_SRCS),$(FAULT_DATA_KINDS)))

# The sample NIC queue alone.
$(eval $(call sv_bench,rtl_nic,$(addprefix rtl/cw_,fifo.sv hist.sv nic.sv) tests/unit/tb_must.svh \
  tests/bridge/tb_nic.sv,--unroll-count 64))
