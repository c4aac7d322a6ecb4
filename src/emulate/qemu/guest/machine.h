/* SPDX-License-Identifier: Apache-2.0 */
/* What a PC has: ports, configuration space, the serial port, interrupt controllers. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE 4096u

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" ::"a"(value), "Nd"(port));
}

static inline void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint16_t in16(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint32_t in32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* machine.c */
void start_serial(void);
void say(const char *text);
void say_number(uint32_t value);

/* Configuration space of the function that was chosen, in accesses of that many bits. */
extern uint32_t chosen;
uint8_t config8(uint32_t at);
uint16_t config16(uint32_t at);
uint32_t config32(uint32_t at);
void set_config16(uint32_t at, uint16_t value);
void set_config32(uint32_t at, uint32_t value);
/* Where that capability is: 0 for none. */
uint8_t find_capability(uint8_t id);

/* Is a line of PCI raised at the old interrupt controllers? Nothing takes interrupts: they stay where they arrive. */
bool is_raised(void);
/* Has a message with that vector come to the processor? */
void start_messages(void);
bool has_come(uint8_t vector);

/* The device that the monitor wants to take away: gives it up when there is one. */
bool give_up_device(void);

#endif
