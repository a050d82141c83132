// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* The firmware's commands for shadow contexts against a model of the mailbox: tags by root id, and another root. */
#include "commands.h"

/* Shadow contexts are tagged by their root id, which stands for one root of one domain (P1). */
static void shadow_contexts_have_the_tag_of_their_root_p1(void)
{
	struct cw_cmd cmd = attach_cmd(5, 2, 0x3000, 5);

	cmd.arg1 = 0x802;
	cmd.flavour = cmd.kind = 1;
	cmd.enables = 3;
	boot();
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK(fake.ctx[5].shadow && fake.ctx[5].level5 && fake.ctx[5].flavour && fake.ctx[5].domain == 2);
	CHECK(fake.ctx[5].space == 0x1802 && fake.ctx[5].root == 0x3000);
	/* the direct contexts of the domain are another space */
	CHECK_EQ(attach(6, 2), CW_ST_OK);
	CHECK(!fake.ctx[6].shadow && !fake.ctx[6].flavour && fake.ctx[6].space == 2);
	cmd.ctx = 7;
	CHECK(run(&cmd) == CW_ST_OK && fake.ctx[7].space == 0x1802);
	cmd.ctx = 8;
	cmd.space = 3;
	CHECK(run(&cmd) == CW_ST_BAD_FIELD && fake.cpl_field == CW_FIELD_ARG1);
	cmd.space = 2;
	cmd.addr = 0x4000;
	CHECK(run(&cmd) == CW_ST_BAD_FIELD && fake.cpl_field == CW_FIELD_ARG1);
	cmd.addr = 0x3000;
	cmd.level = 4;
	CHECK(run(&cmd) == CW_ST_BAD_FIELD && fake.cpl_field == CW_FIELD_ARG1);
	cmd.level = 5;
	cmd.flavour = 0;
	CHECK(run(&cmd) == CW_ST_BAD_FIELD && fake.cpl_field == CW_FIELD_KIND);
	cmd.arg1 = 0x803;
	cmd.space = 3;
	CHECK(run(&cmd) == CW_ST_OK && fake.ctx[8].space == 0x1803);
	/* what is cached for it goes with it, and nothing else does (P33) */
	CHECK_EQ(detach(5), CW_ST_OK);
	CHECK(fake.inv_scope == CW_SCOPE_ROOT && fake.inv_space == 0x802);
	CHECK_EQ(detach(6), CW_ST_OK);
	CHECK(fake.inv_scope == CW_SCOPE_DOMAIN && fake.inv_space == 2);
	/* when the last of a root is gone its id is free */
	CHECK_EQ(detach(7), CW_ST_OK);
	cmd.ctx = 5;
	cmd.arg1 = 0x802;
	cmd.space = 4;
	CHECK_EQ(run(&cmd), CW_ST_OK);
}

/* Another root, and with it another tag; what is cached for the old one goes, everything else stays (P31). */
static void a_shadow_context_gets_another_root_p31(void)
{
	struct cw_cmd cmd = attach_cmd(5, 2, 0x3000, 5);
	struct cw_cmd root = {.opcode = CW_OP_CTX_ROOT, .ctx = 5, .addr = 0x7000, .level = 4, .kind = 1, .arg1 = 0x123};
	const struct {
		struct cw_cmd cmd;
		uint8_t status, field;
	} bad[] = {
		{{.ctx = CW_NCTX, .addr = 0x7000, .level = 4, .kind = 1}, CW_ST_BAD_FIELD, CW_FIELD_CTX},
		{{.ctx = 5, .addr = 0x7008, .level = 4, .kind = 1}, CW_ST_BAD_FIELD, CW_FIELD_ADDR},
		{{.ctx = 5, .addr = UINT64_C(1) << 40, .level = 4, .kind = 1}, CW_ST_BAD_FIELD, CW_FIELD_ADDR},
		{{.ctx = 5, .addr = 0x7000, .level = 3, .kind = 1}, CW_ST_BAD_FIELD, CW_FIELD_LEVEL},
		{{.ctx = 5, .addr = 0x7000, .level = 4}, CW_ST_BAD_FIELD, CW_FIELD_KIND},
		{{.ctx = 5, .addr = 0x7000, .level = 4, .kind = 1, .flavour = 1}, CW_ST_BAD_FIELD, CW_FIELD_KIND},
		{{.ctx = 5, .addr = 0x7000, .level = 4, .kind = 1, .enables = 1}, CW_ST_BAD_FIELD, CW_FIELD_ENABLES},
		{{.ctx = 5, .addr = 0x7000, .level = 4, .kind = 1, .arg1 = 0x1000}, CW_ST_BAD_FIELD, CW_FIELD_ARG1},
		{{.ctx = 9, .addr = 0x7000, .level = 4, .kind = 1}, CW_ST_NO_CONTEXT, CW_FIELD_NONE},
		/* a direct context has none; the id of another root */
		{{.ctx = 6, .addr = 0x7000, .level = 4, .kind = 1}, CW_ST_BAD_FIELD, CW_FIELD_KIND},
		{{.ctx = 5, .addr = 0x7000, .level = 4, .kind = 1, .arg1 = 0x77}, CW_ST_BAD_FIELD, CW_FIELD_ARG1},
		{{.ctx = 5, .addr = 0x7000, .level = 5, .kind = 1, .arg1 = 0x802}, CW_ST_BAD_FIELD, CW_FIELD_ARG1},
	};
	unsigned gen;

	boot();
	CHECK_EQ(attach(6, 2), CW_ST_OK);
	cmd.arg1 = 0x77;
	cmd.flavour = cmd.kind = 1;
	cmd.ctx = 7;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	cmd.arg1 = 0x802;
	cmd.ctx = 5;
	cmd.arg0 = 3;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	gen = fake.ctx[5].gen;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cw_cmd c = bad[i].cmd;

		c.opcode = CW_OP_CTX_ROOT;
		CHECK_EQ(run(&c), bad[i].status);
		CHECK_EQ(fake.cpl_field, bad[i].field);
		CHECK(fake.ctx[5].space == 0x1802 && fake.ctx[5].root == 0x3000 && fake.ctx[5].level5);
	}
	CHECK_EQ(run(&root), CW_ST_OK);
	CHECK(fake.ctx[5].valid && fake.ctx[5].space == 0x1123 && fake.ctx[5].root == 0x7000 && !fake.ctx[5].level5);
	CHECK(fake.ctx[5].shadow && fake.ctx[5].flavour && fake.ctx[5].domain == 2 && fake.ctx[5].gen == gen);
	CHECK_EQ(fake.ctx[5].quota, 3);
	CHECK(fake.inv_scope == CW_SCOPE_ROOT && fake.inv_space == 0x802);
	/* the old id is free; the same root by the same id, and one that another context has */
	cmd.ctx = 8;
	cmd.addr = 0x9000;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(run(&root), CW_ST_OK);
	root.addr = 0x3000;
	root.level = 5;
	root.arg1 = 0x77;
	CHECK_EQ(run(&root), CW_ST_OK);
	CHECK(fake.ctx[5].space == 0x1077 && fake.ctx[7].space == 0x1077);
	/* an old request that holds on is the host's to deal with (P21) */
	root.arg1 = 0x78;
	fake.flush_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(run(&root), CW_ST_NOT_FLUSHED);
}

int main(void)
{
	RUN(shadow_contexts_have_the_tag_of_their_root_p1);
	RUN(a_shadow_context_gets_another_root_p31, "P17 P21");
	return CHECK_DONE("fw-shadow");
}
