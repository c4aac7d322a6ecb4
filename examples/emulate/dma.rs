// SPDX-License-Identifier: Apache-2.0
//! A device copies memory of this program. Usage: dma ADDRESS, of an edu that vfio-pci has; dma.c says more.

use std::error::Error;
use std::ffi::{c_int, c_long, c_ulong, c_void};
use std::fs::{read_dir, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

// Of the C library, which the standard library is linked with.
extern "C" {
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    fn mmap(at: *mut c_void, length: usize, protection: c_int, flags: c_int, fd: c_int, offset: c_long) -> *mut c_void;
}

const IOMMU_IOAS_ALLOC: c_ulong = 0x3b81;
const IOMMU_IOAS_MAP: c_ulong = 0x3b85;
const FIXED_IOVA_WRITEABLE_READABLE: u32 = 7;
const VFIO_DEVICE_GET_REGION_INFO: c_ulong = 0x3b6c;
const VFIO_DEVICE_BIND_IOMMUFD: c_ulong = 0x3b76;
const VFIO_DEVICE_ATTACH_IOMMUFD_PT: c_ulong = 0x3b77;
const BAR0: u32 = 0;
const CONFIG: u32 = 7;

const COMMAND: u64 = 4;
const MEMORY_AND_MASTER: u16 = 6;
const SOURCE: u64 = 0x80;
const DESTINATION: u64 = 0x88;
const COUNT: u64 = 0x90;
const RUN: u64 = 0x98;
const BUFFER: u64 = 0x40000;
const TO_DEVICE: u64 = 1;
const FROM_DEVICE: u64 = 3;

const READ_AND_WRITE: c_int = 3;
const PRIVATE_AND_ANONYMOUS: c_int = 0x22;
const PAGE: usize = 4096;
const IOVA: u64 = 0x10_0000;

#[repr(C)]
struct RegionInfo {
    argsz: u32,
    flags: u32,
    index: u32,
    cap_offset: u32,
    size: u64,
    offset: u64,
}

#[repr(C)]
struct Map {
    size: u32,
    flags: u32,
    ioas_id: u32,
    reserved: u32,
    user_va: u64,
    length: u64,
    iova: u64,
}

/// A command with its struct, which the kernel may write to.
fn call<T>(file: &File, request: c_ulong, argument: &mut T) -> std::io::Result<()> {
    // SAFETY: each struct here begins with its size.
    match unsafe { ioctl(file.as_raw_fd(), request, argument as *mut T) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

fn open(path: String) -> std::io::Result<File> {
    File::options().read(true).write(true).open(path)
}

fn region_offset(device: &File, index: u32) -> std::io::Result<u64> {
    let mut info = RegionInfo { argsz: 32, flags: 0, index, cap_offset: 0, size: 0, offset: 0 };
    call(device, VFIO_DEVICE_GET_REGION_INFO, &mut info)?;
    Ok(info.offset)
}

fn transfer(device: &File, bar: u64, from: u64, to: u64, command: u64) -> std::io::Result<()> {
    for (register, value) in [(SOURCE, from), (DESTINATION, to), (COUNT, PAGE as u64), (RUN, command)] {
        device.write_all_at(&value.to_ne_bytes(), bar + register)?;
    }
    let mut run = [0; 8];
    loop {
        device.read_exact_at(&mut run, bar + RUN)?;
        if run[0] & 1 == 0 {
            return Ok(());
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or("0000:00:10.0".into());
    let entry = read_dir(format!("/sys/bus/pci/devices/{address}/vfio-dev"))?.next().ok_or("no vfio-dev")??;
    let device = open(format!("/dev/vfio/devices/{}", entry.file_name().to_string_lossy()))?;
    let iommu = open("/dev/iommu".into())?;
    call(&device, VFIO_DEVICE_BIND_IOMMUFD, &mut [16, 0, iommu.as_raw_fd() as u32, 0])?;
    let mut alloc = [12u32, 0, 0];
    call(&iommu, IOMMU_IOAS_ALLOC, &mut alloc)?;
    let ioas_id = alloc[2];
    call(&device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &mut [12u32, 0, ioas_id])?;
    // SAFETY: new memory, which stays.
    let pages = unsafe { mmap(std::ptr::null_mut(), 2 * PAGE, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0) } as *mut u8;
    let (flags, user_va, length) = (FIXED_IOVA_WRITEABLE_READABLE, pages as u64, 2 * PAGE as u64);
    call(&iommu, IOMMU_IOAS_MAP, &mut Map { size: 40, flags, ioas_id, reserved: 0, user_va, length, iova: IOVA })?;
    device.write_all_at(&MEMORY_AND_MASTER.to_ne_bytes(), region_offset(&device, CONFIG)? + COMMAND)?;
    let text = b"as the device read it";
    // SAFETY: within the first page; the device does nothing yet.
    unsafe { pages.copy_from(text.as_ptr(), text.len()) };
    let bar = region_offset(&device, BAR0)?;
    transfer(&device, bar, IOVA, BUFFER, TO_DEVICE)?;
    transfer(&device, bar, BUFFER, IOVA + PAGE as u64, FROM_DEVICE)?;
    // SAFETY: within the second page; the device is done.
    let seen = unsafe { std::slice::from_raw_parts(pages.add(PAGE), text.len()) };
    println!("{}", std::str::from_utf8(seen)?);
    Ok(())
}
