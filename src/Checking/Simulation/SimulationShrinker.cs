using System.Collections.Immutable;

namespace PbKv.Checking;

/// <summary>Takes away what a failing run does not need to fail: faults, clients, operations, the weather.</summary>
internal static class SimulationShrinker
{
    public static SimulationViolation Account(SimulationResult failed, SimulationOptions options)
    {
        var smallest = Shrink(failed, options.ShrinkRuns);
        var log = new TraceLog();
        var again = new SimulationRun(smallest.Plan, log).Run();
        var violation = again.Violation ?? failed.Violation!;
        string[] head =
        [
            $"seed {failed.Plan.Seed}, profile {failed.Plan.Profile}: {smallest.Plan.Servers} servers, {smallest.Plan.Clients} clients with "
                + $"{smallest.Plan.OperationsPerClient} operations each, {smallest.Plan.Keys} keys, {smallest.Plan.Faults.Length} faults",
            .. smallest.Plan.Faults.Select(fault => $"fault at {fault}"),
        ];
        var command =
            $"pbkv simulate --seeds 1 --seed {failed.Plan.Seed} --profile {failed.Plan.Profile}{(options.AsRecords ? " --records" : "")}";
        return new SimulationViolation(
            failed.Plan.Seed,
            failed.Plan.Profile,
            violation.Invariant,
            violation.Text,
            [.. head, .. log.Lines],
            command
        );
    }

    private static SimulationResult Shrink(SimulationResult failed, int runs)
    {
        var best = failed;
        var changed = true;
        while (changed && runs > 0)
        {
            changed = false;
            foreach (var smaller in Smaller(best.Plan))
            {
                if (runs-- <= 0)
                    break;
                var result = new SimulationRun(smaller).Run();
                if (result.Violation?.Invariant != failed.Violation!.Invariant)
                    continue;
                best = result;
                changed = true;
                break;
            }
        }
        return best;
    }

    private static IEnumerable<SimulationPlan> Smaller(SimulationPlan plan)
    {
        var half = plan.Faults.Length / 2;
        if (half > 0)
        {
            yield return plan with
            {
                Faults = plan.Faults[..half],
            };
            yield return plan with
            {
                Faults = plan.Faults[half..],
            };
        }
        if (plan.OperationsPerClient > 1)
            yield return plan with
            {
                OperationsPerClient = plan.OperationsPerClient / 2,
            };
        if (plan.Clients > 1)
            yield return plan with
            {
                Clients = plan.Clients - 1,
            };
        for (var i = 0; i < plan.Faults.Length; i++)
            yield return plan with
            {
                Faults = plan.Faults.RemoveAt(i),
            };
        if (plan.Servers > 2)
            yield return plan with
            {
                Servers = plan.Servers - 1,
            };
        if (plan.Keys > 1)
            yield return plan with
            {
                Keys = 1,
            };
        if (plan.OperationsPerClient > 1)
            yield return plan with
            {
                OperationsPerClient = plan.OperationsPerClient - 1,
            };
        if (plan.Quality != NetworkQuality.Calm)
            yield return plan with
            {
                Quality = NetworkQuality.Calm,
            };
    }
}
