"""The arithmetic of delivery on moments of tasks: throughput, cycle times, flow, ageing, effort, sprints, and dirt."""
