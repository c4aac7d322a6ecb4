// SPDX-License-Identifier: Apache-2.0
#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char line[LINE_LIMIT];
static size_t used;

void reply_text(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	used += (size_t)vsnprintf(line + used, sizeof(line) - used, format, arguments);
	va_end(arguments);
}

void reply_start(struct json id)
{
	used = 0;
	if (!id.text)
		id = (struct json){ "null", 4 };
	reply_text("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":", (int)id.length, id.text);
}

void reply_error(struct json id, int code, const char *format, ...)
{
	va_list arguments;

	used = 0;
	if (!id.text)
		id = (struct json){ "null", 4 };
	reply_text("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"error\":{\"code\":%d,\"message\":\"", (int)id.length,
		   id.text, code);
	va_start(arguments, format);
	used += (size_t)vsnprintf(line + used, sizeof(line) - used, format, arguments);
	va_end(arguments);
	reply_text("\"}");
}

void reply_bytes(const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *out = line + used;
	size_t i;

	*out++ = '"';
	for (i = 0; i < length; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out++ = '"';
	used = (size_t)(out - line);
}

void reply_send(int fd)
{
	reply_text("}\n");
	write_fully(fd, line, used);
}

/* Whoever does not take our answers has gone, and so do we. */
void write_fully(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		else if (written < 0 && errno != EINTR)
			exit(1);
		else if (written > 0) {
			text += written;
			length -= (size_t)written;
		}
	}
}
