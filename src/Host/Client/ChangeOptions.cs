namespace PbKv.Host.Client;

/// <summary>When a put or a delete is done, and whether it tells what was there.</summary>
internal sealed class ChangeOptions
{
    private readonly Option<bool> _absent = Options.Flag("--if-absent", "Only where the key is not there");
    private readonly Option<bool> _present = Options.Flag("--if-present", "Only where the key is there");

    private readonly Option<string?> _value = new("--if-value")
    {
        HelpName = "VALUE",
        Description = "Only where the key has this value",
    };

    private readonly Option<long?> _revision = Options.Number(
        "--if-revision",
        "N",
        0,
        long.MaxValue,
        "Only where nobody has changed the key since 'get --revision' said this number; 0: where it is not there"
    );

    private readonly Option<bool> _previous = Options.Flag(
        "--previous",
        "Print the value that was there before, or is there still"
    );

    public IEnumerable<Option> All => [.. Conditions, _previous];

    private Option[] Conditions => [_absent, _present, _value, _revision];

    /// <returns>Null where none is given.</returns>
    /// <exception cref="Failure">They contradict one another.</exception>
    public (PbKvCondition Condition, bool Previous)? Read(ParseResult parsed)
    {
        var previous = parsed.GetValue(_previous);
        return Conditions.Where(option => parsed.GetResult(option) is { Implicit: false }).ToList() switch
        {
            [] => previous ? (PbKvCondition.Always, true) : null,
            [var only] => (ConditionOf(only, parsed), previous),
            [var first, var second, ..] => throw Failure.Usage(
                $"'{first.Name}' and '{second.Name}' are given, and there is one condition",
                UsageErrors.WayOut(parsed.CommandResult.Command)
            ),
        };
    }

    private PbKvCondition ConditionOf(Option given, ParseResult parsed)
    {
        if (given == _absent)
            return PbKvCondition.Absent;
        if (given == _present)
            return PbKvCondition.Present;
        return given == _value
            ? PbKvCondition.ValueIs(parsed.GetRequiredValue(_value)!)
            : PbKvCondition.RevisionIs(parsed.GetRequiredValue(_revision)!.Value);
    }
}
