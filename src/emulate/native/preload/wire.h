/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program and the server say to each other, over a socket of the unix kind: src/emulate/messages.ts has the same.
 * Each file of the server is a connection of its own as well, in the program a plain fd: whoever has a copy of it has the
 * file open, and the last close() ends the connection. The server knows such a file by the inode of the program's end.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdint.h>

enum operation {
	/* The first message of a connection says what it is for: calls of a process, or a file that is still to be opened. */
	HELLO = 1,
	FUTURE_FILE,
	OPEN,
	IOCTL,
	READ,
	WRITE,
	PREAD,
	PWRITE,
	/* A file was closed: the answer comes when the server has seen it. */
	CLOSED,
	/* Registers are to be mapped, and have been. */
	MMAP,
	MAPPED,
	/* Memory is about to go. */
	UNMAP,
	/* An access to registers that are mapped. */
	LOAD,
	STORE,
	/* Under which path a file was opened: the text of the answer, for those that have one. */
	NAME,
	/* Memory of the process has become a file, which is open at that number for now. */
	HOLD,
};

struct request {
	/* Bytes, with the text behind it. */
	uint32_t size;
	uint32_t operation;
	int32_t fd;
	/* The number that a new file would get, or a negative errno. */
	int32_t new_fd;
	uint64_t inode;
	uint64_t new_inode;
	uint64_t arguments[5];
};

enum answer_flag {
	/* A file was made: it has new_fd now. */
	TOOK = 1,
	CLOSE_ON_EXEC = 2,
	/* The file is not readable any more: the byte that says so is to be fetched. */
	DRAINED = 4,
	/* The text is the path of a file to open instead. */
	ELSEWHERE = 8,
	/* The text is what the file holds. */
	CONTENTS = 16,
	/* Nothing was done yet: the text is ranges that are to become files. The call is made again then, once it was tried. */
	MAKE_FILES = 32,
};

/* Memory of a process: bytes, the end is behind the last one; PROT_*. */
struct range {
	uint64_t start, end, protection;
};

struct answer {
	/* Bytes of the text that follows. */
	uint32_t length;
	uint32_t flags;
	/* As in a register: a negative errno on failure. */
	int64_t result;
};

#define TEXT_LIMIT 4096

#endif
