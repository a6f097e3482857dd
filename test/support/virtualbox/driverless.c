/*
 * Takes the place of the VBoxHeadless stub, so that VirtualBox runs machines on its own interpreter (IEM) without its
 * kernel module. The stub insists on the module; VirtualBox itself has a driverless mode for its tools, which this asks for.
 * All else (VBoxManage, VBoxSVC, VBoxHeadless.so, the VMM) stays the program as Debian ships it.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "/usr/lib/virtualbox/"

/* include/iprt/initterm.h and include/VBox/sup.h of VirtualBox 7: RTR3INIT_VER_CUR, RTR3INIT_FLAGS_TRY_SUPLIB,
 * RTR3INIT_FLAGS_SUPLIB_SHIFT, SUPR3INIT_F_DRIVERLESS and SUPR3INIT_F_DRIVERLESS_IEM_ALLOWED. */
enum { VERSION = 2, TRY_SUPLIB = 1 << 17, SUPLIB_SHIFT = 18, DRIVERLESS = 1 << 2, DRIVERLESS_IEM_ALLOWED = 1 << 3 };

typedef int init_fn(unsigned version, unsigned flags, int argc, char ***argv, const char *path);
typedef int main_fn(int argc, char **argv, char **envp);

static void *library(const char *file)
{
    void *handle = dlopen(file, RTLD_NOW | RTLD_GLOBAL);
    if (!handle) {
        fprintf(stderr, "driverless: %s\n", dlerror());
        exit(1);
    }
    return handle;
}

static void *symbol(void *handle, const char *name)
{
    void *address = dlsym(handle, name);
    if (!address) {
        fprintf(stderr, "driverless: %s\n", dlerror());
        exit(1);
    }
    return address;
}

int main(int argc, char **argv, char **envp)
{
    init_fn *init = (init_fn *)symbol(library(FOLDER "VBoxRT.so"), "RTR3InitEx");
    int status = init(VERSION, TRY_SUPLIB | (DRIVERLESS | DRIVERLESS_IEM_ALLOWED) << SUPLIB_SHIFT, 0, NULL, FOLDER "VBoxHeadless");
    if (status < 0) {
        fprintf(stderr, "driverless: RTR3InitEx answered %d\n", status);
        return 1;
    }
    main_fn *machine = (main_fn *)symbol(library(FOLDER "VBoxHeadless.so"), "TrustedMain");
    return machine(argc, argv, envp);
}
