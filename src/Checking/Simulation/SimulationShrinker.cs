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
            $"seed {failed.Plan.Seed}, profile {failed.Plan.Profile}: {smallest.Plan.ViewServices} view services, "
                + $"{smallest.Plan.Servers} servers, "
                + $"{smallest.Plan.Clients} clients with "
                + $"{smallest.Plan.OperationsPerClient} operations each, {smallest.Plan.Keys} keys, "
                + $"{smallest.Plan.Faults.Length} faults",
            .. smallest.Plan.Faults.Select(fault => $"fault at {fault}"),
        ];
        var command =
            $"pbkv simulate --seeds 1 --seed {failed.Plan.Seed} --profile "
            + $"{failed.Plan.Profile}{(options.AsRecords ? " --records" : "")}";
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
        var (faults, operations) = (plan.Faults, plan.OperationsPerClient);
        var half = faults.Length / 2;
        SimulationPlan?[] smaller =
        [
            half > 0 ? plan with { Faults = faults[..half] } : null,
            half > 0 ? plan with { Faults = faults[half..] } : null,
            operations > 1 ? plan with { OperationsPerClient = operations / 2 } : null,
            plan.Clients > 1 ? plan with { Clients = plan.Clients - 1 } : null,
            .. faults.Select(fault => plan with { Faults = faults.Remove(fault) }),
            plan.Servers > 2 ? plan with { Servers = plan.Servers - 1 } : null,
            plan.ViewServices > 1 ? plan with { ViewServices = 1 } : null,
            plan.Keys > 1 ? plan with { Keys = 1 } : null,
            operations > 1 ? plan with { OperationsPerClient = operations - 1 } : null,
            plan.Quality != NetworkQuality.Calm ? plan with { Quality = NetworkQuality.Calm } : null,
        ];
        return smaller.OfType<SimulationPlan>();
    }
}

/// <summary>
/// Writes down what happens in a world, with the stamps, for people. Pings that say nothing new are left out.
/// </summary>
internal sealed class TraceLog : WorldWatch
{
    private const int MaxLines = 4000;

    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public override void OnStart(World world, Machine machine) =>
        Add(world, machine, $"starts as {machine.Identity?.ToString() ?? "a clerk"}");

    public override void OnStop(World world, Machine machine) => Add(world, machine, "is gone");

    public override void OnInput(World world, Machine machine, string? what, Envelope? envelope)
    {
        if (what is not null)
            Add(world, machine, what);
        if (envelope is null)
            return;
        var worth = envelope.Messages.Where(message => message is not (Ping or PingAnswer)).ToList();
        if (worth.Count > 0)
            Add(world, machine, $"← {envelope.From}: {string.Join("; ", worth.Select(MessageText.Of))}");
    }

    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        foreach (var notice in effects.Notices)
            Add(world, machine, $"** {notice.Kind}: {notice.Text}");
        foreach (var completion in effects.Completions)
            Add(world, machine, $"=> call {completion.Call}: {completion.Status} \"{completion.Value}\"");
    }

    private void Add(World world, Machine machine, string text)
    {
        if (_lines.Count == MaxLines)
            _lines.RemoveRange(0, MaxLines / 4);
        _lines.Add($"{world.Now / 1000.0, 10:F3} ms {machine.Address, -4} {text}  {machine.Clock.Now()}");
    }
}
