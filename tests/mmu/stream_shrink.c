/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stream.h"

void stream_draw(struct stream *s, uint64_t seed, unsigned options, unsigned ops)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ull | 1;

	s->len = STREAM_HEAD + (size_t)ops * STREAM_OP;
	s->byte = malloc(s->len);
	if (!s->byte)
		abort();
	for (size_t i = 0; i < s->len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		s->byte[i] = (uint8_t)(x >> 20);
	}
	s->byte[0] = 0;
	s->byte[1] = (uint8_t)options;
	s->byte[2] = (uint8_t)seed;
}

bool stream_run(const struct world *w, const struct stream *s, bool quiet, unsigned expect, unsigned *at)
{
	unsigned *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	pid_t pid;

	if (shared == MAP_FAILED)
		abort();
	fflush(stdout);
	pid = fork();
	if (!pid) {
		int null = quiet ? open("/dev/null", O_WRONLY) : -1;

		if (null >= 0) {
			dup2(null, 1);
			dup2(null, 2);
		}
		/* What does not end is a failure too. */
		alarm(quiet ? 60 : 240);
		exit(!stream_run_here(w, s, expect, shared));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	*at = *shared;
	munmap(shared, 4096);
	return !status;
}

static void copy_without(struct stream *to, const struct stream *from, unsigned first, unsigned n)
{
	size_t a = STREAM_HEAD + (size_t)first * STREAM_OP, b = a + (size_t)n * STREAM_OP;

	memcpy(to->byte, from->byte, a);
	memcpy(to->byte + a, from->byte + b, from->len - b);
	to->len = from->len - (b - a);
}

/* Takes over what is left out of s if it fails still. */
static bool fails_without(const struct world *w, struct stream *s, struct stream *less, unsigned first, unsigned n)
{
	unsigned at;

	copy_without(less, s, first, n);
	if (stream_run(w, less, true, 0, &at))
		return false;
	memcpy(s->byte, less->byte, less->len);
	s->len = less->len;
	return true;
}

/* Processor time, also of runs in processes of their own: a busy machine shrinks as far as an idle one. */
static double spent(void)
{
	struct tms t;

	times(&t);
	return (double)(t.tms_utime + t.tms_stime + t.tms_cutime + t.tms_cstime) / (double)sysconf(_SC_CLK_TCK);
}

/* Chunks, then smaller ones, down to single operations; again until nothing more can go. */
void stream_shrink(const struct world *w, struct stream *s, unsigned seconds)
{
	struct stream less = {.byte = malloc(s->len)};
	double until = spent() + seconds;
	bool again = true;
	unsigned at;

	if (!less.byte || stream_run(w, s, true, 0, &at)) {
		free(less.byte);
		return;
	}
	/* What comes after the operation that fails. */
	if (at + 1 < stream_ops(s))
		fails_without(w, s, &less, at + 1, stream_ops(s) - at - 1);
	while (again) {
		again = false;
		for (unsigned chunk = (stream_ops(s) + 1) / 2; chunk; chunk /= 2) {
			for (unsigned first = 0; first < stream_ops(s) && spent() < until;) {
				unsigned left = stream_ops(s) - first;

				if (fails_without(w, s, &less, first, left < chunk ? left : chunk))
					again = true;
				else
					first += chunk;
			}
		}
	}
	free(less.byte);
}

static void print(const struct world *w, const char *program, const struct stream *s)
{
	printf("# %s: %u operations are enough; replay with\n%s replay ", w->name, stream_ops(s), program);
	for (size_t i = 0; i < s->len; i++)
		printf("%02x", s->byte[i]);
	printf("\n");
	for (unsigned i = 0; i < stream_ops(s); i++) {
		printf("#   %3u:", i);
		for (unsigned b = 0; b < STREAM_OP; b++)
			printf(" %02x", s->byte[STREAM_HEAD + i * STREAM_OP + b]);
		printf("\n");
	}
}

bool stream_test(const struct world *w, const char *program, struct stream *s)
{
	unsigned at;

	if (stream_run(w, s, false, stream_ops(s), &at))
		return true;
	printf("# %s: failed at operation %u of %u\n", w->name, at, stream_ops(s));
	if (!stream_run(w, s, true, 0, &at)) {
		stream_shrink(w, s, 120);
		print(w, program, s);
		stream_run(w, s, false, 0, &at);
	}
	return false;
}

/* The core has a fault: some stream of some kind finds it, and few operations are enough. */
static int mutant(const struct world *w, const char *program)
{
	for (unsigned seed = 1; seed <= 32; seed++) {
		unsigned options = seed % 4 == 3 ? STREAM_YIELDS : 0, at;
		struct stream s;

		stream_draw(&s, seed, options, 1000);
		if (!stream_run(w, &s, true, 0, &at)) {
			stream_shrink(w, &s, 15);
			print(w, program, &s);
			stream_run(w, &s, false, 0, &at);
			free(s.byte);
			return 0;
		}
		free(s.byte);
	}
	printf("# %s: not found\n", w->name);
	return 1;
}

static int replay(const struct world *w, const char *hex)
{
	struct stream s = {.len = strlen(hex) / 2};
	unsigned at, v;
	bool ok;

	s.byte = calloc(s.len + 1, 1);
	if (!s.byte)
		return 2;
	for (size_t i = 0; i < s.len; i++) {
		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return 2;
		s.byte[i] = (uint8_t)v;
	}
	ok = stream_run(w, &s, false, 0, &at);
	printf("# %s: %u operations, %s\n", w->name, stream_ops(&s), ok ? "all right" : "failed");
	free(s.byte);
	return !ok;
}

/* Short streams of every kind, to begin fuzzing with. */
static int corpus(const struct world *w, const char *dir)
{
	mkdir(dir, 0777);
	for (unsigned seed = 0; seed < 24; seed++) {
		struct stream s;
		char path[512];
		FILE *f;

		stream_draw(&s, seed + 1000, seed % 4, 8u << seed % 4);
		s.byte[0] = (uint8_t)w->number;
		snprintf(path, sizeof(path), "%s/%s-%u", dir, w->name, seed);
		f = fopen(path, "w");
		if (!f || fwrite(s.byte, 1, s.len, f) != s.len || fclose(f)) {
			perror(path);
			return 2;
		}
		free(s.byte);
	}
	return 0;
}

bool stream_command(const struct world *w, int argc, char **argv, int *status)
{
	if (argc == 2 && !strcmp(argv[1], "mutant")) {
		*status = mutant(w, argv[0]);
		return true;
	}
	if (argc != 3 || (strcmp(argv[1], "replay") && strcmp(argv[1], "corpus")))
		return false;
	*status = argv[1][0] == 'r' ? replay(w, argv[2]) : corpus(w, argv[2]);
	return true;
}
