/** The driver setting `virtualbox.modifyvm` that lets a machine run without VirtualBox's kernel module. */
export const INTERPRETER = '["--vm-execution-engine","interpreter"]';

/**
 * The same for machines that are suspended, with another network card than b2d's virtio: without the module, one suspend in four of a machine with a virtio card ends
 * VirtualBox's process by a segmentation fault (7.2.22: its save code takes the queue's name "cvq<0>" for an event's handle, which only the module would refuse).
 */
export const SUSPENDING_INTERPRETER = '["--vm-execution-engine","interpreter","--nic-type1","82540EM"]';
