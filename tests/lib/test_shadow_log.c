/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Live migration of a guest whose devices use guest-virtual addresses, on the simulated card: every page written is
 * reported in each mode, whatever address it was written by (P31, P51); after STOP, DRAIN and the last pass the replica
 * is what memory holds. What is reported was written, or is a table whose A and D bits the walks set. Usage: [seed]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"
#include "modes.h"
#include "shadow_io.h"

#define URI "sim:table-mem=random:4-60,host-mem=ideal:8,host-time=fixed:0,seed=%" PRIu64

static uint64_t seed = 1;
static uint8_t *replica[GUEST_SLOTS];
static uint64_t *map[GUEST_SLOTS], *ever[GUEST_SLOTS];
static unsigned long reported, first; /* pages; first: before the mode changed */

static uint64_t words(unsigned s)
{
	return (sio.ram.size[s] / CW_PAGE_SIZE + 63) / 64;
}

static bool bit(const uint64_t *bitmap, uint64_t n)
{
	return bitmap[n / 64] >> n % 64 & 1;
}

static bool pass(void)
{
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		int64_t r, n = 0;

		memset(map[s], 0, words(s) * 8);
		r = cw_vm_log_get(sio.vm, s, map[s]);
		if (!CHECK(r >= 0)) {
			printf("  %s\n", cw_last_error());
			return false;
		}
		for (uint64_t p = 0; p < sio.ram.size[s] / CW_PAGE_SIZE; p++) {
			if (!bit(map[s], p))
				continue;
			memcpy(replica[s] + p * CW_PAGE_SIZE, sio.ram.ptr[s] + p * CW_PAGE_SIZE, CW_PAGE_SIZE);
			ever[s][p / 64] |= 1ull << p % 64;
			n++;
		}
		CHECK_EQ(n, r);
		reported += (unsigned long)r;
	}
	return true;
}

/* Tables are written by the guest's CPUs too, which are not ours to log. */
static uint64_t behind_tables(unsigned s)
{
	return s ? 0 : sio.ram.table_end - sio.ram.gpa[0];
}

static bool last_pass(void)
{
	unsigned differ = 0;

	if (!CHECK_EQ(cw_vm_stop(sio.vm, 0), 0) || !CHECK_EQ(cw_vm_drain(sio.vm, 0, NULL), 0) || !pass())
		return false;
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		for (uint64_t at = behind_tables(s); at < sio.ram.size[s]; at += CW_PAGE_SIZE)
			differ += memcmp(replica[s] + at, sio.ram.ptr[s] + at, CW_PAGE_SIZE) != 0;
	}
	CHECK_EQ(differ, 0);
	return CHECK_EQ(cw_vm_start(sio.vm, 0), 0);
}

/* A page of these was asked to be written, by an address that may lead there. */
static bool asked(uint64_t gpa)
{
	for (unsigned n = 0; n < 2; n++) {
		for (unsigned i = 0; i < SIO_PAGES; i++) {
			const struct sio_page *v = &sio.space[n].page[i];
			uint64_t off;

			for (unsigned c = 0; c < v->candidates; c++) {
				off = gpa - v->gpa[c];
				if (off < guest_page_size(&sio.space[n].g, v->level) &&
				    v->asked[off >> 18] >> (off >> 12) % 64 & 1)
					return true;
			}
		}
	}
	return false;
}

static void nothing_else_was_reported(void)
{
	unsigned wrong = 0;

	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		for (uint64_t at = behind_tables(s); at < sio.ram.size[s]; at += CW_PAGE_SIZE)
			wrong += bit(ever[s], at / CW_PAGE_SIZE) && !asked(sio.ram.gpa[s] + at);
	}
	CHECK_EQ(wrong, 0);
}

static bool begin(enum guest_paging a, enum guest_paging b, unsigned write_percent)
{
	if (!sio_set_up(a, b, CW_MEM_LOG_DIRTY))
		return false;
	sio.write_percent = write_percent;
	reported = 0;
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		replica[s] = malloc(sio.ram.size[s]);
		map[s] = calloc(words(s), 8);
		ever[s] = calloc(words(s), 8);
	}
	return true;
}

static void end(void)
{
	sio_finish();
	CHECK_EQ(sio.bad, 0);
	sio_tear_down();
	CHECK_EQ(sio.bad, 0);
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		free(replica[s]);
		free(map[s]);
		free(ever[s]);
	}
}

static void migrate(unsigned mode, enum guest_paging a, enum guest_paging b, bool busy_guest, unsigned write_percent)
{
	if (!begin(a, b, write_percent))
		return;
	sio_run(4000);
	CHECK_EQ(cw_vm_log_start(sio.vm, 0, mode, 0), 0);
	for (unsigned s = 0; s < GUEST_SLOTS; s++)
		memcpy(replica[s], sio.ram.ptr[s], sio.ram.size[s]);
	for (unsigned i = 0; i < 12 && !check_bad; i++) {
		sio_run(2000 + sio_rnd(4000));
		if (busy_guest)
			sio_work(&sio.space[sio_rnd(2)]);
		if (i % 2 && !pass())
			break;
	}
	if (!check_bad && last_pass())
		nothing_else_was_reported();
	first = reported;
	/* Another mode at once: what was written under the old one, and in between, is reported. */
	if (!check_bad && write_percent) {
		CHECK_EQ(cw_vm_log_start(sio.vm, 0, CW_LOG_CAPTURE + mode % 3, 0), 0);
		sio_run(5000);
		if (pass())
			last_pass();
	}
	CHECK_EQ(cw_vm_log_stop(sio.vm, 0), 0);
	end();
	printf("# mode %u%s: %lu writes, %lu by the bridge, %lu pages reported\n", mode, busy_guest ? ", remapped" : "",
	       sio.writes, sio.bursts_written, first);
}

static void all(bool busy_guest, unsigned write_percent, uint64_t from)
{
	for (unsigned i = 0; i < 6 && !check_bad; i++) {
		sio_seed(from + i);
		migrate(CW_LOG_CAPTURE + i % 3, i % GUEST_NPAGING, (i + 3) % GUEST_NPAGING, busy_guest, write_percent);
		CHECK(!write_percent || (first > 20 && sio.writes > 50 && sio.bursts_written > 5));
		if (check_bad)
			printf("# seed %" PRIu64 "\n", from + i);
	}
}

static void every_page_written_is_reported(void)
{
	all(false, 50, seed);
}

static void while_the_guest_remaps(void)
{
	all(true, 60, seed + 100);
}

/* P27: of data pages, none. */
static void reads_report_no_data(void)
{
	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT && !check_bad; mode++) {
		sio_seed(seed + 200 + mode);
		migrate(mode, GUEST_L4, GUEST_PAE, false, 0);
		CHECK(sio.reads > 50);
	}
}

/* ---- modes ---- */

/* Under traffic. What begins to log is copied as a whole, and never again: passes must do. */
static bool change_mode(unsigned from, unsigned to)
{
	if (to == CW_LOG_OFF)
		return CHECK_EQ(cw_vm_log_stop(sio.vm, 0), 0);
	if (!CHECK_EQ(cw_vm_log_start(sio.vm, 0, to, 0), 0)) {
		printf("  %s\n", cw_last_error());
		return false;
	}
	for (unsigned s = 0; s < GUEST_SLOTS && from == CW_LOG_OFF; s++)
		memcpy(replica[s], sio.ram.ptr[s], sio.ram.size[s]);
	return true;
}

static void forget_reports(void)
{
	for (unsigned s = 0; s < GUEST_SLOTS; s++)
		memset(ever[s], 0, words(s) * 8);
}

/* What goes on in another mode is reported as a whole once; what begins to log, and all after that, if it was written.
 */
static void in_this_mode(bool began)
{
	if (!began) {
		sio_run(sio_rnd(3000));
		if (!pass())
			return;
	}
	forget_reports();
	for (unsigned k = 0; k < 2; k++) {
		sio_work(&sio.space[sio_rnd(2)]);
		sio_run(1500 + sio_rnd(3000));
		if (k == 0 && !pass())
			return;
	}
	if (last_pass())
		nothing_else_was_reported();
}

static void all_changes(enum guest_paging a, enum guest_paging b, unsigned write_percent)
{
	if (!begin(a, b, write_percent))
		return;
	sio_run(4000);
	for (unsigned i = 0; i < CHANGES && !check_bad; i++) {
		unsigned from = circuit[i], to = circuit[i + 1];

		sio_work(&sio.space[sio_rnd(2)]);
		sio_run(sio_rnd(3000));
		if (change_mode(from, to) && to != CW_LOG_OFF)
			in_this_mode(from == CW_LOG_OFF);
		if (!CHECK_EQ(sio.bad, 0) || check_bad)
			printf("  from mode %u to %u\n", from, to);
	}
	end();
	printf("# %u changes of mode: %lu writes, %lu reads, bridge %lu writes, %lu reads; %lu faults of the guest\n",
	       CHANGES, sio.writes, sio.reads, sio.bursts_written, sio.bursts_read, sio.guest_faults);
	CHECK(sio.reads > 50 && sio.bursts_read > 5);
	CHECK(!write_percent || (sio.writes > 50 && sio.bursts_written > 5));
}

static void modes_change_in_every_order(void)
{
	static const enum guest_paging paging[][2] = {
		{GUEST_32, GUEST_L4}, {GUEST_L5, GUEST_PAE}, {GUEST_L4, GUEST_32_PSE}};

	for (unsigned i = 0; i < 3 && !check_bad; i++) {
		sio_seed(seed + 300 + i);
		all_changes(paging[i][0], paging[i][1], 55);
		if (check_bad)
			printf("# seed %" PRIu64 "\n", seed + 300 + i);
	}
}

static void reads_report_no_data_in_any_order(void)
{
	for (unsigned i = 0; i < 2 && !check_bad; i++) {
		sio_seed(seed + 400 + i);
		all_changes(i ? GUEST_PAE : GUEST_L5, i ? GUEST_L4 : GUEST_32, 0);
		if (check_bad)
			printf("# seed %" PRIu64 "\n", seed + 400 + i);
	}
}

int main(int argc, char **argv)
{
	char uri[128];

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	snprintf(uri, sizeof(uri), URI, seed);
	if (!sio_open(uri))
		return 1;
	RUN(every_page_written_is_reported, "P22 P24 P25 P31 P51");
	RUN(while_the_guest_remaps, "P22 P28 P30 P31 P51");
	RUN(reads_report_no_data, "P27 P31");
	RUN(modes_change_in_every_order, "P22 P24 P28 P31 P51");
	RUN(reads_report_no_data_in_any_order, "P27 P28 P31");
	sio_close();
	return CHECK_DONE("lib-shadow-log");
}
