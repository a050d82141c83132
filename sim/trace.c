/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * FST trace: the few C++ functions of Verilator's run time that C has to reach. The build checks with nm that the
 * library has them (sim/rules.mk). $time and the time stamps of the trace come from sc_time_stamp(), which is one for
 * the process: so one card at a time can be traced.
 */
#include "card.h"
#include <errno.h>

/* Verilated::s_lastContextp; VerilatedContext::calcUnusedSigs(bool), which is what traceEverOn(true) does */
extern void *cw_vl_context __asm__("_ZN9Verilated14s_lastContextpE");
extern void cw_vl_trace_ever_on(void *context, bool on) __asm__("_ZN16VerilatedContext14calcUnusedSigsEb");
/* VerilatedFst::open(const char *): there only if the engine was built with a trace */
extern void cw_vl_fst_open(void) __asm__("_ZN12VerilatedFst4openEPKc") __attribute__((weak));
/* sc_time_stamp(), asked by the run time */
double cw_vl_time(void) __asm__("_Z13sc_time_stampv");

static const struct cw_sim *traced;
static uint64_t now;

double cw_vl_time(void)
{
	return (double)now;
}

int cw_trace_open(struct cw_sim *sim)
{
	if (!cw_vl_fst_open)
		return -EOPNOTSUPP;
	if (traced)
		return -EBUSY;
	traced = sim;
	return 0;
}

void cw_trace_ever_on(void)
{
	cw_vl_trace_ever_on(cw_vl_context, true);
}

void cw_trace_close(struct cw_sim *sim)
{
	if (traced == sim)
		traced = NULL;
}

void cw_trace_time(const struct cw_sim *sim, unsigned half)
{
	/* 4 ns per cycle, in the run time's unit of 1 ps; between the edges, C has counted the cycle that ends. */
	now = half ? sim->cycle * 4000 + 2000 : sim->cycle * 4000;
}
