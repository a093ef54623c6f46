/* A driver's library without a driver: the functions of NVML that the recorder calls, with nvml.h's signatures.

   Compiled by test_accelerator.py with -D for what it is to answer: an A100 in MIG mode with two devices, then an older
   card for which the driver supports less. FAIL_INIT is a nvmlReturn_t; OLD leaves out what came with CUDA 11. */

#include <stdlib.h>
#include <string.h>

typedef int nvmlReturn_t;
typedef struct nvmlDevice_st { int gpu, mig; } *nvmlDevice_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7,
       GPU_IS_LOST = 15, VERSION_MISMATCH = 18 };

static int initialised;
static struct nvmlDevice_st gpus[] = {{0, -1}, {1, -1}, {2, -1}}, devices[] = {{0, 0}, {0, 1}};

static nvmlReturn_t answer(char *buffer, unsigned int length, const char *text)
{
    if (!initialised)
        return UNINITIALIZED;
    if (strlen(text) + 1 > length)
        return INSUFFICIENT_SIZE;
    strcpy(buffer, text);
    return SUCCESS;
}

nvmlReturn_t nvmlInit_v2(void)
{
#ifdef CRASH
    abort();
#endif
#ifdef FAIL_INIT
    return FAIL_INIT;
#endif
    initialised = 1;
    return SUCCESS;
}

nvmlReturn_t nvmlShutdown(void)
{
    initialised = 0;
    return SUCCESS;
}

const char *nvmlErrorString(nvmlReturn_t result)
{
    return result == VERSION_MISMATCH ? "Driver/library version mismatch"
         : result == GPU_IS_LOST ? "GPU is lost" : "Unknown Error";
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length)
{
    return answer(version, length, "12.535.104.05");
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length)
{
    return answer(version, length, "535.104.05");
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count)
{
    *count = GPUS;
    return initialised ? SUCCESS : UNINITIALIZED;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device)
{
    if (index >= GPUS)
        return INVALID_ARGUMENT;
    if (index == 2)
        return GPU_IS_LOST;
    *device = &gpus[index];
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int length)
{
    if (device->mig == 0)
        return answer(name, length, "NVIDIA A100-SXM4-40GB MIG 1g.5gb");
    if (device->mig == 1)
        return answer(name, length, "NVIDIA A100-SXM4-40GB MIG 1g.5gb+me");
    return answer(name, length, device->gpu ? "Tesla K80" : "NVIDIA A100-SXM4-40GB");
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length)
{
    return answer(uuid, length, device->gpu ? "GPU-2" : "GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77");
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory)
{
    memory->total = device->gpu ? 11996954624ULL : 42949672960ULL;
    memory->used = 1;
    memory->free = memory->total - 1;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor)
{
    *major = device->gpu ? 3 : 8;
    *minor = device->gpu ? 7 : 0;
    return SUCCESS;
}

#ifndef OLD
nvmlReturn_t nvmlSystemGetCudaDriverVersion(int *version)
{
    *version = 12020;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *current, unsigned int *pending)
{
    if (device->gpu)
        return NOT_SUPPORTED;
    *current = *pending = 1;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int *count)
{
    *count = device->gpu ? 0 : 7;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index, nvmlDevice_t *mig)
{
    if (device->gpu || index > 2 || index == 1) /* indices have holes where a device was removed */
        return NOT_FOUND;
    *mig = &devices[index / 2];
    return SUCCESS;
}
#endif
