/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include <catwalk/names.h>

#include "tool.h"

static const char *const usage = "usage: catwalk info [--device URI] [--json]\n\n"
				 "Show what a device is and can do.\n\n"
				 "  --device URI  the device (default sim:)\n"
				 "  --json        as one JSON object\n";

static void print_text(const struct cw_info *i)
{
	printf("device         %s\n", i->device);
	printf("library        %s\n", cw_version());
	printf("contract       %u.%u, hash %08" PRIx32 "\n", i->version_major, i->version_minor, i->build_hash);
	printf("clock          %.3f MHz\n", i->clock_khz / 1000.0);
	printf("ports          %u stream, %u in all, traffic generator at %u, %u tags each\n", i->stream_ports,
	       i->ports, i->tgen_port, 1u << i->tag_bits);
	printf("contexts       %u in %u domains\n", i->contexts, i->domains);
	printf("walks          %u at a time, %u requests waiting, walk cache of %u entries per level\n", i->walk_slots,
	       i->waiting, i->walk_cache_entries);
	printf("TLB            %u sets, %u ways, %u entries a line: %u entries\n", i->tlb_sets, i->tlb_ways,
	       i->tlb_line, i->tlb_sets * i->tlb_ways * i->tlb_line);
	printf("parked faults  %u\n", i->park_entries);
	printf("table memory   %" PRIu64 " MiB\n", i->table_bytes >> 20);
	printf("firmware       0x%08" PRIx32 ", status 0x%02" PRIx32 "\n", i->fw_version, i->status);
	printf("hot commands  ");
	for (unsigned op = 0; op < 32; op++) {
		if (i->hot_ops >> op & 1)
			printf(" %s", cw_opcode_name(op));
	}
	putchar('\n');
}

static void print_json(const struct cw_info *i)
{
	json_t *ops = json_array(), *o;

	for (unsigned op = 0; op < 32; op++) {
		if (i->hot_ops >> op & 1)
			json_array_append_new(ops, json_string(cw_opcode_name(op)));
	}
	o = json_pack(
		"{s:s, s:s, s:i, s:i, s:I, s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:i, s:o}",
		"version", cw_version(), "device", i->device, "contract_major", (int)i->version_major, "contract_minor",
		(int)i->version_minor, "build_hash", (json_int_t)i->build_hash, "clock_mhz", i->clock_khz / 1000.0,
		"stream_ports", (int)i->stream_ports, "ports", (int)i->ports, "tags", 1 << i->tag_bits, "contexts",
		(int)i->contexts, "domains", (int)i->domains, "walk_slots", (int)i->walk_slots, "waiting",
		(int)i->waiting, "walk_cache_entries", (int)i->walk_cache_entries, "tlb_sets", (int)i->tlb_sets,
		"tlb_ways", (int)i->tlb_ways, "park_entries", (int)i->park_entries, "table_bytes",
		(json_int_t)i->table_bytes, "fw_version", (json_int_t)i->fw_version, "status", (int)i->status,
		"hot_ops", ops);
	json_dumpf(o, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
	putchar('\n');
	json_decref(o);
}

int cmd_info(int argc, char **argv)
{
	static const struct option options[] = {
		{"device", required_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *device = "sim:";
	struct cw_info info;
	struct cw_dev *dev;
	bool json = false;
	int opt, err;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			device = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return TOOL_OK;
		default:
			return tool_bad_option("info", argv);
		}
	}
	if (tool_no_operands("info", argc, argv))
		return TOOL_USAGE;
	err = cw_open(device, &dev);
	if (err)
		return tool_fail(err == -EINVAL ? TOOL_USAGE : TOOL_FAILED, "%s: %s", device, cw_last_error());
	err = cw_info(dev, &info);
	if (err)
		tool_fail(TOOL_FAILED, "%s", cw_last_error());
	else if (json)
		print_json(&info);
	else
		print_text(&info);
	cw_close(dev);
	return err ? TOOL_FAILED : TOOL_OK;
}
