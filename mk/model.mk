# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Models of the protocol, docs/model/*.pml: all states of small scenarios, searched by Spin. MODELS="flush/leaf" runs some.

.PHONY: model
model: setup
	$(Q)mkdir -p $(LOG_DIR); set -o pipefail; docs/model/run.sh -j $(JOBS) $(O)/model $(MODELS) | \
	  tee $(LOG_DIR)/model.log
