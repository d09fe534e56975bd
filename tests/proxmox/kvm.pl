#!/usr/bin/perl
# Plays Proxmox's QEMU by upstream's, without KVM and without what only Proxmox's has.
use strict;
use warnings;

my @arguments = @ARGV;
if (@arguments && $arguments[0] eq '--version') {
    print "QEMU emulator version 10.1.2 (pve-qemu-kvm_10.1.2-4)\n";
    exit 0;
}
for (@arguments) {
    s/\+pve\d+//g;
    s/host_tunnel=\w+,?//g;
    s/,?host_mtu=\d+//g;
}
for my $at (0 .. $#arguments - 1) {
    $arguments[$at + 1] = 'max' if $arguments[$at] eq '-cpu';
    next if $arguments[$at] ne '-machine';
    for ($arguments[$at + 1]) {
        s/type=pc-i440fx-[\d.]+/type=pc/;
        s/type=pc-q35-[\d.]+/type=q35/;
        s/,?accel=\w+,?//;
        $_ .= ',accel=tcg';
    }
}
exec '/usr/bin/qemu', @arguments;
