# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
SIM_SRCS   := $(wildcard sim/*.c)
MODEL_SRCS := $(wildcard sim/model/*.c)
SIM_SV     := $(wildcard sim/*.sv)

# The engines of `sim:` beside the default one, by their sizes; the lock-step suites run the first and the last, too.
$(eval $(call sim_engine,small,-GNSLOT=2 -GTLB_SETS=4 -GTLB_WAYS=1 -GTLB_LARGE=1 -GWC_ENTRIES=1 \
  -GLOG_LINES=2 -GLOG_ENTRIES=1 -GPA_BITS=46))
$(eval $(call sim_engine,slots16,-GNSLOT=16))
$(eval $(call sim_engine,slots32,-GNSLOT=32))
$(eval $(call sim_engine,large,-GNSLOT=32 -GTLB_SETS=512 -GTLB_WAYS=4 -GTLB_LARGE=64 -GWC_ENTRIES=16))
