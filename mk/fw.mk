# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Firmware of the soft CPU: $(O)/fw/firmware.hex, also built into the library as the text cw_firmware_hex (ends in NUL,
# empty if there is no firmware).

RV        := riscv64-unknown-elf-
FW_ARCH   := -march=rv32imc -mabi=ilp32
FW_CFLAGS := -std=c11 $(FW_ARCH) --specs=picolibc.specs -Os -g $(WARN) -ffunction-sections -fdata-sections \
  -ffreestanding -Iinclude -I$(O)/gen -I. -MMD -MP $(CONTRACT)
FW_HEX    := $(if $(FW_SRCS),$(O)/fw/firmware.hex)
FW_OBJS   := $(patsubst %.S,$(O)/fw/%.o,$(patsubst %.c,$(O)/fw/%.o,$(FW_SRCS)))

$(O)/fw/%.o: %.c
	$(call say,RVCC,$<)mkdir -p $(@D)
	$(Q)$(RV)gcc $(FW_CFLAGS) $(CFLAGS_firmware_only) -c -o $@ $<

$(O)/fw/%.o: %.S
	$(call say,RVAS,$<)mkdir -p $(@D)
	$(Q)$(RV)gcc $(FW_CFLAGS) -c -o $@ $<

# libgcc is named by its path: for rv32imc gcc would pick one of another word size.
$(O)/fw/firmware.elf: $(FW_OBJS) firmware/link.ld
	$(call say,RVLD,$@)mkdir -p $(@D)
	$(Q)$(RV)gcc $(FW_ARCH) --specs=picolibc.specs -nostartfiles -T firmware/link.ld -Wl,--gc-sections \
	  -Wl,-Map=$(O)/fw/firmware.map -o $@ $(FW_OBJS) \
	  $$($(RV)gcc -march=rv32im -mabi=ilp32 -print-libgcc-file-name)

$(O)/fw/firmware.hex: $(O)/fw/firmware.elf
	$(call say,HEX,$@)mkdir -p $(@D)
	$(Q)$(RV)objcopy -O verilog --verilog-data-width=4 $< $@

$(O)/gen/firmware_hex.S: mk/fw.mk
	$(Q)mkdir -p $(@D)
	$(Q){ echo '.section .rodata'; echo '.global cw_firmware_hex'; echo 'cw_firmware_hex:'; \
	  $(if $(FW_HEX),echo '.incbin "$(FW_HEX)"';) echo '.byte 0'; \
	  echo '.section .note.GNU-stack,"",@progbits'; } >$@

$(O)/obj/firmware_hex.o: $(O)/gen/firmware_hex.S $(FW_HEX)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -c -o $@ $<

-include $(shell find $(O)/fw -name '*.d' 2>/dev/null)
