/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries out system calls for a test suite that runs elsewhere: docs/linux.md. One supervisor reads requests, one
 * forked worker stands for each process. Knows nothing of what the calls are for.
 */
#ifndef AGENT_H
#define AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes of the longest request or reply. Untouched pages of the buffers cost nothing. */
#define LINE_LIMIT (16u << 20)

/* The worker's end of its channel: far above the fds that a scenario makes, so that those count from 3. */
#define CHANNEL_FD 900

/* json.c: a JSON value inside a line; text is NULL where there is none. */
struct json {
	const char *text;
	size_t length;
};

struct json json_line(const char *text, size_t length);
struct json json_get(struct json object, const char *key);
bool json_is(struct json string, const char *expected);
uint64_t json_number(struct json value);
/* The bytes of a string, with a zero after them; -1 if they do not fit. */
ssize_t json_string(struct json string, char *out, size_t size);
/* The first element for an element without text, then the one after it. */
struct json json_next(struct json array, struct json element);
/* Digits, two a byte; -1 if they are not, or do not fit. */
ssize_t json_bytes(struct json string, uint8_t *out, size_t size);

/* reply.c: one line, built in a static buffer. */
void reply_start(struct json id);
void reply_error(struct json id, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void reply_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void reply_bytes(const uint8_t *bytes, size_t length);
/* Ends the line and writes it. */
void reply_send(int fd);

/* memory.c: this process touching its own memory. 0, or the signal that the access raised. */
void memory_guard(void);
int memory_load(uint64_t address, uint8_t *bytes, size_t length);
int memory_store(uint64_t address, uint8_t *bytes, size_t length);

/* processes.c */
struct request {
	struct request *next;
	size_t length;
	char line[];
};

struct process {
	struct process *next;
	/* Never used again. Number 0 is pristine: a new process is a fork of it. */
	int number;
	pid_t pid;
	int channel;
	/* The first one is with the worker, the others wait. */
	struct request *first, *last;
	/* What has arrived of the answer. */
	char *answer;
	size_t length, size;
	/* Why later calls fail. */
	char end[64];
};

/* Of those alive at the same time. */
#define PROCESS_LIMIT 512

/* In the order of their numbers. */
extern struct process *living;
extern int living_count;
/* Where the answers go. */
extern int output;

void *must_have(void *memory);
struct json member_of(const struct request *request, const char *key);
void refuse(const struct request *request, const char *why);
int add_process(pid_t pid, int channel);
struct process *find_living(uint64_t number);
/* Why there is no such process: it has ended, or there never was one. */
const char *why_missing(uint64_t number);
void enqueue(struct process *process, struct request *request);
bool relay(struct process *process);
void reap(void);

/* faults.c: between these two the worker works for itself. */
void faults_open(void);
void faults_suspend(void);
void faults_resume(void);

/* worker.c */
void worker_main(int channel) __attribute__((noreturn));

/* init.c: the machine around the agent when the agent is the first process of a virtual machine. */
void init_machine(void);
int init_port(void);
void init_power_off(void) __attribute__((noreturn));
void run_bound_to_parent(char **argv) __attribute__((noreturn));

void write_fully(int fd, const char *text, size_t length);

#endif
