namespace PbKv.Checking;

/// <summary>
/// One operation of a client's script. Appended values are tokens: no two are equal, so that data shows what was
/// executed.
/// </summary>
internal readonly record struct ScriptedOperation(OperationKind Kind, string Key, string Value)
{
    public static ScriptedOperation Append(string token, string key = "k") => new(OperationKind.Append, key, token);

    public static ScriptedOperation Get(string key = "k") => new(OperationKind.Get, key, "");

    public static ScriptedOperation Look(string key = "k") => new(OperationKind.Look, key, "");

    public static ScriptedOperation Asks(Change change, string key = "k") =>
        new(OperationKind.Change, key, "") { Change = change };

    public Change? Change { get; private init; }

    public Bytes Argument => Change?.Encode() ?? Bytes.Utf8(Value);
}

/// <summary>
/// A small cluster, what its clients want, what may go wrong, and what a search of it must have seen.
/// </summary>
internal sealed record ModelSetup(string Name, string About)
{
    public int Servers { get; init; } = 2;

    /// <summary>More than one decide together; the further ones have the last slots.</summary>
    public int ViewServices { get; init; } = 1;

    public ImmutableArray<ImmutableArray<ScriptedOperation>> Clerks { get; init; } = [];

    public ProtocolSettings Settings { get; init; } = Small;

    /// <summary>Which lives, by slot and from 0, are of the next build.</summary>
    public Func<int, int, bool> IsNextBuild { get; init; } = static (_, _) => false;

    public ModelBudget Budget { get; init; }

    /// <summary>The one-way cuts that may be made, as slots.</summary>
    public ImmutableArray<(int From, int To)> Cuts { get; init; } = [];

    /// <summary>Which servers may crash; all where it is empty.</summary>
    public ImmutableArray<int> MayCrash { get; init; } = [];

    /// <summary>What happens before the search begins.</summary>
    public Action<ModelScript> Prefix { get; init; } = static _ => { };

    /// <summary>Whether a search must see all that its clients want done.</summary>
    public bool Finishes { get; init; } = true;

    public ImmutableArray<ModelGoal> Goals
    {
        get => Finishes ? [ModelGoal.AllDone, .. field] : field;
        init;
    } = [];

    /// <summary>What no step of a search may lead to, besides what breaks a promise.</summary>
    public ImmutableArray<ModelGoal> Never { get; init; } = [];

    public int ClerkSlot(int clerk) => 1 + Servers + clerk;

    public int Slots => Servers + Clerks.Length + ViewServices;

    public bool IsGroup => ViewServices > 1;

    public bool IsViewService(int slot) => slot == 0 || slot > Servers + Clerks.Length;

    public bool IsServer(int slot) => slot >= 1 && slot <= Servers;

    public bool IsClerk(int slot) => slot > Servers && !IsViewService(slot);

    /// <summary>Small numbers, so that little has to happen before something happens.</summary>
    public static ProtocolSettings Small { get; } =
        ProtocolSettings.Default with
        {
            DeadPings = 2,
            BackupSilentTicks = 2,
            SessionIdleTicks = long.MaxValue,
            ForwardsInFlight = 2,
            ChunksInFlight = 2,
            RequestTimeoutTicks = 1,
            RequestsInFlight = 1,
        };

    /// <summary>What may go wrong, and how often.</summary>
    public static ModelBudget Allow(params ReadOnlySpan<(Allowance Fault, int Times)> faults)
    {
        var budget = default(ModelBudget);
        foreach (var (fault, times) in faults)
            budget = budget.With(fault, times);
        return budget;
    }
}

/// <summary>A situation that a search must have reached: otherwise it proves nothing about it.</summary>
internal sealed record ModelGoal(string Name, Func<ModelSituation, bool> Reached)
{
    public static ModelGoal Noticed(string name, NoticeKind kind) => new(name, situation => situation.Noticed(kind));

    public static ModelGoal AllDone { get; } = new("every operation is done", situation => situation.AllDone);

    public static ModelGoal ViewService(string name, Func<ViewServiceNode, bool> condition) =>
        new(name, situation => situation.ViewService is { } service && condition(service));

    public static ModelGoal Primary(int slot) =>
        ViewService(
            $"s{slot} is primary of an acknowledged view that is not the first",
            service =>
                service is { Acknowledged: true, View.Number: > 2 } && service.View.Primary?.Address.Value == $"s{slot}"
        );

    public static ModelGoal Backup(int slot) =>
        ViewService(
            $"s{slot} is a synced backup",
            service => service is { Synced: true } && service.View.Backup?.Address.Value == $"s{slot}"
        );

    public static ModelGoal FormsNoView { get; } =
        new(
            "the view service forms no view and says so",
            situation =>
                situation.State.LivesOf(0) > 0 && situation.ViewService is { View.Number: 0, WaitingFor: not null }
        );

    public static ModelGoal Server(string name, Func<ReplicaNode, bool> condition) =>
        new(name, situation => situation.Replicas.Any(condition));
}

/// <summary>A state and the step that led to it, as goals and scripts look at them.</summary>
internal sealed class ModelSituation(ModelUniverse universe, ModelState state, LocalTransition? last)
{
    public ModelState State => state;

    public ViewServiceNode? ViewService => universe.ViewService(state);

    /// <summary>What is remembered for good.</summary>
    public ViewServiceMemory? Remembered => universe.Known(state);

    /// <summary>How many of several view services believe that they act.</summary>
    public int ActingMembers => Members.Count(member => member.Acting is not null);

    /// <summary>The views that wait to be decided.</summary>
    public IEnumerable<View> Waiting =>
        Members.Where(member => member.IsDeciding).Select(member => member.Acting!.View);

    private IEnumerable<ViewServiceMember> Members =>
        Enumerable
            .Range(0, universe.Setup.Slots)
            .Where(slot => universe.Setup is { IsGroup: true } setup && setup.IsViewService(slot))
            .Select(slot => universe.Member(state, slot));

    public IEnumerable<ReplicaNode> Replicas =>
        Enumerable.Range(1, universe.Setup.Servers).Select(Replica).Where(replica => replica is not null)!;

    public bool AllDone => universe.AllDone(state);

    public ReplicaNode? Replica(int slot) => universe.NodeAt<ReplicaNode>(state, slot);

    public bool Noticed(NoticeKind kind) => last is not null && (last.Notices >> (int)kind & 1) != 0;

    public bool Completed(CallStatus status) => last is not null && last.Completions.Any(call => call.Status == status);

    public bool InFlight(Func<FlyingMessage, bool> condition) =>
        state.Flight.Any(id => condition(universe.Message(id)));
}
