/*
 * A QEMU plugin that counts the guest instructions of one virtual CPU and notes when the kernel and the first program
 * begin. It keeps its numbers in a file mapped into memory, which another process reads at any time:
 *   -plugin file=plugin.so,counter=FILE
 * Debian ships no header for QEMU's plugin interface, so the few functions used are declared here, after
 * include/qemu/qemu-plugin.h (API versions 1 to 5). PLUGIN_API is the version this object asks for.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
typedef uint64_t plugin_id;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
/* Weak: version 2 (QEMU 9.0) took the first one away. It is preferred where it is, because it needs no call. */
__attribute__((weak)) void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int, void *, uint64_t);
__attribute__((weak)) void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned int, void *), int, void *);
enum { INLINE_ADD_U64 = 0, CB_NO_REGS = 0 };

EXPORT int qemu_plugin_version = PLUGIN_API;

/* Read by counter.ts in this order. Times are CLOCK_MONOTONIC in nanoseconds; 0: not reached. */
static volatile struct counter {
	uint64_t executed;
	uint64_t loaded_ns;
	uint64_t kernel_executed, kernel_ns;
	uint64_t user_executed, user_ns;
} *counter;

/* x86-64 Linux, Documentation/arch/x86/x86_64/mm.rst: the kernel's text, and the end of user space. */
static const uint64_t KERNEL_TEXT = 0xffffffff80000000u;
static const uint64_t USER_END = 0x0000800000000000u;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void add(unsigned int cpu, void *instructions)
{
	(void)cpu;
	counter->executed += (uintptr_t)instructions;
}

/* Code is translated right before it runs first. The kernel's own decompressor runs at low addresses, the kernel at high
 * ones; the first low address after that is the first user program's. */
static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
	uint64_t address = qemu_plugin_tb_vaddr(block);
	uint64_t instructions = qemu_plugin_tb_n_insns(block);

	(void)id;
	if (counter->kernel_ns == 0 && address >= KERNEL_TEXT) {
		counter->kernel_executed = counter->executed;
		counter->kernel_ns = now();
	} else if (counter->kernel_ns != 0 && counter->user_ns == 0 && address < USER_END) {
		counter->user_executed = counter->executed;
		counter->user_ns = now();
	}
	if (qemu_plugin_register_vcpu_tb_exec_inline)
		qemu_plugin_register_vcpu_tb_exec_inline(block, INLINE_ADD_U64, (void *)&counter->executed, instructions);
	else
		qemu_plugin_register_vcpu_tb_exec_cb(block, add, CB_NO_REGS, (void *)(uintptr_t)instructions);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	static const char name[] = "counter=";
	int file;

	(void)info;
	if (argc != 1 || strncmp(argv[0], name, sizeof name - 1) != 0) {
		fprintf(stderr, "plugin.c: counter=FILE is missing\n");
		return 1;
	}
	file = open(argv[0] + sizeof name - 1, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0 || ftruncate(file, sizeof *counter) != 0) {
		perror(argv[0]);
		return 1;
	}
	counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (counter == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	counter->loaded_ns = now();
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
