// SPDX-License-Identifier: Apache-2.0
/* The supervisor's side of the workers: one request at a time for each, answers relayed as they come. */
#define _GNU_SOURCE
#include "agent.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct process *processes[PROCESS_LIMIT];
int process_count;
int output;

void *must_have(void *memory)
{
	if (!memory)
		exit(1);
	return memory;
}

int add_process(pid_t pid, int channel)
{
	struct process *process = must_have(calloc(1, sizeof(*process)));

	process->pid = pid;
	process->channel = channel;
	processes[process_count] = process;
	return process_count++;
}

struct json member_of(const struct request *request, const char *key)
{
	return json_get(json_line(request->line, request->length), key);
}

void refuse(const struct request *request, const char *why)
{
	reply_error(member_of(request, "id"), -32000, "%s", why);
	reply_send(output);
}

static void forward(struct process *process)
{
	if (process->first)
		write_fully(process->channel, process->first->line, process->first->length);
}

void enqueue(struct process *process, struct request *request)
{
	request->next = NULL;
	if (process->first) {
		process->last->next = request;
		process->last = request;
		return;
	}
	process->first = process->last = request;
	forward(process);
}

static void dequeue(struct process *process)
{
	struct request *done = process->first;

	process->first = done->next;
	free(done);
}

/* The worker forked: `line` has the pid of the child, or an errno. */
static void answer_spawn(const struct request *request, const char *line, int channel)
{
	long pid = strtol(line, NULL, 10);

	if (pid < 0)
		return refuse(request, strerror((int)-pid));
	reply_start(member_of(request, "id"));
	reply_text("%d", add_process((pid_t)pid, channel));
	reply_send(output);
}

static bool is_spawn(const struct request *request)
{
	struct json method = member_of(request, "method");

	return json_is(method, "spawn") || json_is(method, "new-process");
}

/* One read from the channel of a worker, and the fd that came with it. */
static ssize_t receive(struct process *process, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {
		.iov_base = process->answer + process->length,
		.iov_len = process->size - process->length,
	};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t received = recvmsg(process->channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = received > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), sizeof(int));
	return received;
}

/* Returns false if there is nothing to read now, or ever. */
bool relay(struct process *process)
{
	int fd = -1;
	ssize_t received;

	if (process->size - process->length < 65536) {
		process->size += 65536;
		process->answer = must_have(realloc(process->answer, process->size));
	}
	received = receive(process, &fd);
	if (received <= 0)
		return false;
	process->length += (size_t)received;
	if (process->answer[process->length - 1] != '\n')
		return true;
	process->answer[process->length - 1] = 0;
	if (is_spawn(process->first)) {
		answer_spawn(process->first, process->answer, fd);
	} else {
		process->answer[process->length - 1] = '\n';
		write_fully(output, process->answer, process->length);
	}
	process->length = 0;
	dequeue(process);
	forward(process);
	return true;
}

static void bury(int number, int status)
{
	struct process *process = processes[number];
	bool asked;

	while (relay(process))
		;
	asked = process->first && json_is(member_of(process->first, "method"), "exit");
	if (asked)
		snprintf(process->end, sizeof(process->end), "process %d has exited", number);
	else if (WIFSIGNALED(status))
		snprintf(process->end, sizeof(process->end), "process %d died: signal %d", number,
			 WTERMSIG(status));
	else
		snprintf(process->end, sizeof(process->end), "process %d died: exit code %d", number,
			 WEXITSTATUS(status));
	if (asked) {
		reply_start(member_of(process->first, "id"));
		reply_text("null");
		reply_send(output);
		dequeue(process);
	}
	for (; process->first; dequeue(process))
		refuse(process->first, process->end);
	close(process->channel);
	free(process->answer);
	process->answer = NULL;
	process->pid = 0;
}

void reap(void)
{
	int i, status;

	for (i = 0; i < process_count; i++)
		if (processes[i]->pid && waitpid(processes[i]->pid, &status, WNOHANG) > 0)
			bury(i, status);
}
