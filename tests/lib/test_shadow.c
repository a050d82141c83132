/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts end to end on the simulated card: initiators at stream ports and behind the bridge use guest-virtual
 * addresses of guests of every paging mode, while the guest remaps, invalidates and loads CR3, and the host takes
 * translations away. What an initiator reaches must be what the guest's tables gave since the last invalidation (I1,
 * I10), by a walk of the test's own; all of memory is compared byte for byte with a model in the end.
 * Usage: [seed [rounds]]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"
#include "shadow_io.h"

#define URI "sim:table-mem=random:4-60,host-mem=ideal:8,host-time=fixed:0,seed=%" PRIu64

static unsigned rounds = 40;
static uint64_t seed = 1;

static const char *const names[GUEST_NPAGING] = {"32-bit", "32-bit, PSE", "PAE", "4 levels", "5 levels"};

static bool traffic(uint64_t from, enum guest_paging a, enum guest_paging b, bool busy_guest)
{
	sio_seed(from);
	if (!sio_set_up(a, b, 0))
		return false;
	for (unsigned i = 0; i < rounds && !check_bad; i++) {
		sio_run(2000 + sio_rnd(4000));
		if (busy_guest)
			sio_work(&sio.space[sio_rnd(2)]);
	}
	sio_finish();
	CHECK_EQ(sio.bad, 0);
	printf("# %s and %s%s: %lu reads, %lu writes, bridge %lu reads, %lu writes; %lu faults of the guest, %lu aborts\n",
	       names[a], names[b], busy_guest ? ", remapped" : "", sio.reads, sio.writes, sio.bursts_read,
	       sio.bursts_written, sio.guest_faults, sio.aborts);
	CHECK(sio.reads > 50 && sio.writes > 50 && sio.bursts_read > 5 && sio.bursts_written > 5);
	CHECK(!busy_guest || sio.guest_faults);
	if (check_bad)
		printf("# seed %" PRIu64 "\n", from);
	sio_tear_down();
	CHECK_EQ(sio.bad, 0);
	return !check_bad;
}

static void every_mode_of_paging(void)
{
	for (unsigned p = 0; p < GUEST_NPAGING; p++) {
		if (!traffic(seed + p, p, (p + 1) % GUEST_NPAGING, false))
			return;
	}
}

static void the_guest_remaps_and_invalidates(void)
{
	for (unsigned p = 0; p < GUEST_NPAGING; p++) {
		if (!traffic(seed + 10 + p, p, (p + 2) % GUEST_NPAGING, true))
			return;
	}
}

int main(int argc, char **argv)
{
	char uri[128];

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		rounds = (unsigned)strtoul(argv[2], NULL, 0);
	snprintf(uri, sizeof(uri), URI, seed);
	if (!sio_open(uri))
		return 1;
	RUN(every_mode_of_paging, "I10 P1 P2 P31");
	RUN(the_guest_remaps_and_invalidates, "I1 I10 P18 P19 P31 P32");
	sio_close();
	return CHECK_DONE("lib-shadow");
}
