# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
MODEL_SUITES := model-verdict model-walk model-epoch model-park model-stop model-fix model-limits
TESTS += $(MODEL_SUITES)
$(foreach s,$(MODEL_SUITES),$(eval $(s)_SRCS := tests/model/test_$(s:model-%=%).c)$(eval $(s)_LIBS := model))
