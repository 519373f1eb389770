namespace PbKv.Checking;

/// <summary>
/// A state of a whole set-up. Everything in it is a number: nodes, messages and histories are kept once, in the
/// universe, because few different ones make up many different states.
/// </summary>
internal sealed record ModelState
{
    public const int Gone = -1;

    /// <summary>What the node of each slot is in; <see cref="Gone"/> where there is none.</summary>
    public required int[] Locals { get; init; }

    /// <summary>The messages in the network, sorted; one that is there twice stands twice.</summary>
    public required int[] Flight { get; init; }

    public required ModelBudget Budget { get; init; }

    /// <summary>Bit 8·from + to: nothing gets from one to the other.</summary>
    public ulong Cuts { get; init; }

    /// <summary>How many lives each slot had before this one, eight bits each.</summary>
    public ulong Lives { get; init; }

    /// <summary>What clients asked and were told.</summary>
    public int History { get; init; }

    /// <summary>What the view service wrote down, or is in the log of several.</summary>
    public int Memory { get; init; }

    /// <summary>Of several view services.</summary>
    public ModelLog Log { get; init; }

    public required ulong Fingerprint { get; init; }

    /// <summary>The place of this state in the list of all that were seen, which knows how it was reached.</summary>
    public int Number { get; set; }

    public int LivesOf(int slot) => (int)(Lives >> (8 * slot)) & 255;

    public bool IsCut(int from, int to) => (Cuts >> (8 * from + to) & 1) != 0;

    /// <summary>The parts that are not nodes or messages.</summary>
    public static ulong RestFingerprint(
        ModelBudget budget,
        ulong cuts,
        ulong lives,
        ulong history,
        int memory,
        ModelLog log
    ) =>
        Hashing.Mix(budget.Word ^ 0x8C5F6D1A2B3E4D77)
        + Hashing.Mix(cuts + 0x1D8E4E27C47D124F)
        + Hashing.Mix(lives ^ 0xEB44ACCAB455D165)
        + Hashing.Mix(history + 0x2545F4914F6CDD1D)
        + Hashing.Mix((ulong)memory + 0x9FB21C651E98DF25)
        + Hashing.Mix(log.Word ^ 0xC2B2AE3D27D4EB4F);
}

/// <summary>
/// What may still go wrong, and how often slow things may happen: what keeps the state graph of a set-up finite.
/// </summary>
internal enum Allowance
{
    Crash,
    Restart,

    /// <summary>A message is delivered and stays in the network.</summary>
    Repeat,

    /// <summary>The view service takes a live server for dead.</summary>
    Suspicion,

    Leave,

    /// <summary>Or, of several, another one is chosen.</summary>
    ViewServiceRestart,
    ViewServiceForget,
    Cut,

    /// <summary>A tick of the view service comes late.</summary>
    Late,

    /// <summary>Ticks of the node in slot 0, and from here on of the others.</summary>
    Ticks,
}

/// <summary>Sixteen small numbers in one word.</summary>
internal readonly record struct ModelBudget(ulong Word)
{
    public int this[Allowance allowance] => (int)(Word >> Shift(allowance)) & 15;

    public int Ticks(int slot) => this[Allowance.Ticks + slot];

    public ModelBudget With(Allowance allowance, int count) =>
        new((Word & ~(15UL << Shift(allowance))) | ((ulong)Math.Clamp(count, 0, 15) << Shift(allowance)));

    public ModelBudget WithTicks(int slot, int count) => With(Allowance.Ticks + slot, count);

    public ModelBudget Less(Allowance allowance) => new(Word - (1UL << Shift(allowance)));

    private static int Shift(Allowance allowance) => 4 * (int)allowance;
}

internal enum ModelActionKind : byte
{
    Deliver = 1,

    /// <summary>Deliver, and keep a copy in the network.</summary>
    Repeat,

    Timer,

    /// <summary>A tick of the view service or a server that is late: it slept.</summary>
    LateTimer,

    /// <summary>A client begins its next operation.</summary>
    Begin,

    /// <summary>The view service hears that its connection to a server broke, and nothing more in time.</summary>
    Suspect,

    Crash,
    Restart,
    Leave,

    /// <summary>The view service dies and goes on with what it wrote down.</summary>
    RestartViewService,

    /// <summary>The view service dies and begins anew.</summary>
    ForgetViewService,

    /// <summary>One of several view services is chosen, and knows what is in the log. Nobody else is told.</summary>
    Elect,

    /// <summary>A view service that believes to lead asks for what waits for that.</summary>
    Beat,

    /// <summary>What the leading view service waits for is decided, and it hears so.</summary>
    Commit,

    /// <summary>What the leading view service proposed is in the log, and it has not heard so.</summary>
    CommitUnheard,

    /// <summary>A view service is told that what it waits for is not decided, which may be wrong.</summary>
    Fail,

    /// <summary>A view service hears that another one was chosen.</summary>
    Depose,

    Cut,

    /// <summary>Scripts only: the view service is told to make a server primary, whatever is lost.</summary>
    Reset,

    /// <summary>
    /// Scripts only: a message is lost. In a search a message that is never delivered is as good as lost.
    /// </summary>
    Lose,
}

/// <summary>One step of a set-up.</summary>
/// <param name="Slot">The node that it befalls.</param>
/// <param name="Argument">The message, the timer, or the other node.</param>
internal readonly record struct ModelAction(ModelActionKind Kind, int Slot = 0, int Argument = 0)
{
    public ulong Word => ((ulong)Kind << 56) | ((ulong)(uint)Slot << 32) | (uint)Argument;

    public static ModelAction Of(ulong word) =>
        new((ModelActionKind)(word >> 56), (int)(word >> 32) & 0xFFFFFF, (int)(uint)word);
}

/// <summary>
/// A node, its pending timers, and for a clerk how far its script has come; with what the invariants ask, worked out
/// once.
/// </summary>
/// <param name="Timers">In a fixed order.</param>
/// <param name="Begun">Clerk: operations begun.</param>
/// <param name="Busy">Clerk: an operation is open.</param>
/// <param name="CommitsAlone">Server: answers clients without asking a backup.</param>
/// <param name="Tokens">Server: the appended tokens that its data shows, as bits.</param>
/// <param name="Doubled">Server: a token that its data shows twice.</param>
internal sealed record LocalState(
    int Id,
    int Slot,
    Node Node,
    int[] Timers,
    int Begun,
    bool Busy,
    ulong Fingerprint,
    ServerId? Identity,
    View View,
    bool CommitsAlone,
    ulong Tokens,
    string? Doubled
);

/// <summary>What one input makes of one local state: the same whenever it comes.</summary>
/// <param name="Notices">Of each kind of notice a bit.</param>
/// <param name="Decides">One of several view services waits for a decision from here on.</param>
/// <param name="Broken">The node itself found an invariant broken.</param>
internal sealed record LocalTransition(
    LocalState To,
    int[] Sends,
    Completion[] Completions,
    ulong Notices,
    ViewServiceMemory? Memory,
    bool Decides,
    bool MayStop,
    string? Broken,
    bool ChangesNothing
);

/// <summary>A message on its way.</summary>
internal sealed record FlyingMessage(
    int Id,
    NodeAddress From,
    int FromSlot,
    int ToSlot,
    Message Message,
    ulong Fingerprint
);
