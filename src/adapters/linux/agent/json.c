// SPDX-License-Identifier: Apache-2.0
#include "agent.h"

#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	return p;
}

/* Is the character at p, in the string that begins at start, preceded by an odd number of backslashes? */
static bool is_escaped(const char *p, const char *start)
{
	const char *first = p;

	while (first - 1 > start && first[-1] == '\\')
		first--;
	return (p - first) % 2;
}

/* From the opening quote to behind the closing one. Bytes of memory make long strings: memchr() is the fastest way through. */
static const char *skip_string(const char *p, const char *end)
{
	const char *start = p;

	do {
		p++;
		p = p < end ? memchr(p, '"', (size_t)(end - p)) : NULL;
	} while (p && is_escaped(p, start));
	return p ? p + 1 : end;
}

/* To behind the value that starts at p. */
static const char *skip_value(const char *p, const char *end)
{
	int depth = 0;

	if (p < end && *p == '"')
		return skip_string(p, end);
	while (p < end) {
		char c = *p;

		if (depth == 0 && (c == ',' || c == '}' || c == ']' || is_space(c)))
			return p;
		if (c == '"') {
			p = skip_string(p, end);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		p++;
		if ((c == '}' || c == ']') && --depth == 0)
			return p;
	}
	return end;
}

static struct json value_at(const char *p, const char *end)
{
	p = skip_space(p, end);
	return (struct json){ p, skip_value(p, end) - p };
}

/* Nobody looks at where the value of a line ends. */
struct json json_line(const char *text, size_t length)
{
	const char *p = skip_space(text, text + length);

	return (struct json){ p, (size_t)(text + length - p) };
}

struct json json_get(struct json object, const char *key)
{
	const char *p = object.text, *end = object.text + object.length;

	if (!p || *p != '{')
		return (struct json){ 0 };
	for (p++; p < end;) {
		struct json name, value;

		p = skip_space(p, end);
		if (p == end || *p != '"')
			break;
		name = value_at(p, end);
		p = skip_space(name.text + name.length, end);
		if (p == end || *p != ':')
			break;
		value = value_at(p + 1, end);
		if (json_is(name, key))
			return value;
		p = skip_space(value.text + value.length, end);
		if (p < end && *p == ',')
			p++;
	}
	return (struct json){ 0 };
}

struct json json_next(struct json array, struct json element)
{
	const char *p = array.text, *end = array.text + array.length;

	if (!p || *p != '[')
		return (struct json){ 0 };
	p = skip_space(element.text ? element.text + element.length : p + 1, end);
	if (element.text && p < end && *p == ',')
		p = skip_space(p + 1, end);
	if (p == end || *p == ']')
		return (struct json){ 0 };
	return value_at(p, end);
}

bool json_is(struct json string, const char *expected)
{
	size_t length = strlen(expected);

	return string.length == length + 2 && string.text[0] == '"' &&
	       memcmp(string.text + 1, expected, length) == 0;
}

/* A number, or a string that holds one as "0x...". Negative numbers are sign-extended. */
uint64_t json_number(struct json value)
{
	char digits[24] = { 0 };
	bool quoted = value.text && value.text[0] == '"';
	size_t length = value.length - (quoted ? 2 : 0);

	if (!value.text || length >= sizeof(digits))
		return 0;
	memcpy(digits, value.text + quoted, length);
	if (digits[0] == '-')
		return (uint64_t)strtoll(digits, NULL, 10);
	return strtoull(digits, NULL, quoted ? 16 : 10);
}

#define IS_DIGIT 0x10
#define DIGIT(value) (IS_DIGIT | (value))

static const uint8_t hex_digits[256] = {
	['0'] = DIGIT(0),  ['1'] = DIGIT(1),  ['2'] = DIGIT(2),	 ['3'] = DIGIT(3),  ['4'] = DIGIT(4),
	['5'] = DIGIT(5),  ['6'] = DIGIT(6),  ['7'] = DIGIT(7),	 ['8'] = DIGIT(8),  ['9'] = DIGIT(9),
	['a'] = DIGIT(10), ['b'] = DIGIT(11), ['c'] = DIGIT(12), ['d'] = DIGIT(13), ['e'] = DIGIT(14),
	['f'] = DIGIT(15), ['A'] = DIGIT(10), ['B'] = DIGIT(11), ['C'] = DIGIT(12), ['D'] = DIGIT(13),
	['E'] = DIGIT(14), ['F'] = DIGIT(15),
};

/* The digit with IS_DIGIT, or 0. */
static uint8_t hex_digit(char c)
{
	return hex_digits[(uint8_t)c];
}

static char unescape(const char **p)
{
	char c = *(*p)++;

	if (c != '\\')
		return c;
	c = *(*p)++;
	if (c == 'u') {
		c = (char)(hex_digit((*p)[2]) << 4 | (hex_digit((*p)[3]) & 15));
		*p += 4;
	}
	return c == 'n' ? '\n' : c == 't' ? '\t' : c;
}

ssize_t json_string(struct json string, char *out, size_t size)
{
	const char *p, *end;
	size_t length = 0;

	if (!string.text || string.length < 2 || string.text[0] != '"')
		return -1;
	end = string.text + string.length - 1;
	for (p = string.text + 1; p < end;) {
		if (length + 1 >= size)
			return -1;
		out[length++] = unescape(&p);
	}
	out[length] = 0;
	return (ssize_t)length;
}

ssize_t json_bytes(struct json string, uint8_t *out, size_t size)
{
	uint8_t all = IS_DIGIT;
	size_t count, i;

	if (!string.text || string.length < 2 || string.length % 2)
		return -1;
	count = (string.length - 2) / 2;
	if (count > size)
		return -1;
	for (i = 0; i < count; i++) {
		uint8_t high = hex_digit(string.text[1 + 2 * i]);
		uint8_t low = hex_digit(string.text[2 + 2 * i]);

		all &= high & low;
		out[i] = (uint8_t)(high << 4 | (low & 15));
	}
	return all ? (ssize_t)count : -1;
}
