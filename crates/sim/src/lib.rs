//! The world a system runs in: time, tasks, randomness, CPU, memory, network and simulated peers.
