#!/bin/sh
# Makes the captures of this folder with Wireshark's tools and their tables with tshark:
# `sh tests/examples/flows/data/make.sh` from the root, with deno, editcap, mergecap, text2pcap and tshark.
set -eu
export TZ=UTC
cd "$(dirname "$0")"
loopback=$(mktemp)
trap 'rm -f "$loopback"' EXIT
gunzip -c ../../../../examples/flows/loopback.pcap.gz > "$loopback"

# Some packets of each kind: TCP over IPv4 and IPv6, UDP, ICMP and ICMPv6.
editcap -r -F pcapng "$loopback" loopback_50.pcapng 1-30 16498-16507 18290-18294 18300-18304
editcap -r -F nsecpcap "$loopback" loopback_50_ns.pcap 1-30 16498-16507 18290-18294 18300-18304
# Every packet of the same, cut to 40 bytes: an Ethernet header and 26 bytes more.
editcap -F pcapng -s 40 loopback_50.pcapng cut.pcapng
# Extension headers, raw IP, in a pcapng file with one interface.
text2pcap -q -l 101 -t '%Y-%m-%d %H:%M:%S.%f' ipv6.txt ipv6.pcapng
# Two interfaces with two link types.
mergecap -w merged.pcapng loopback_50_ns.pcap ipv6.pcapng

for capture in *.pcap *.pcapng; do
  deno run -A --no-check --no-lock ../print_tshark_flows.ts "$capture" > "${capture%.*}.flows.tsv"
done
