namespace PbKv.Checking;

/// <summary>A Change, and what it or a Look was told, for people.</summary>
internal static class ChangeText
{
    public static string Of(Change change)
    {
        var condition = change.Condition.Kind switch
        {
            ConditionKind.Absent => " if absent",
            ConditionKind.Present => " if present",
            ConditionKind.Value => $" if {HistoryOperation.Shorten(change.Condition.Value)}",
            ConditionKind.Revision => $" if at {change.Condition.Revision}",
            _ => "",
        };
        var effect = change.Effect switch
        {
            ChangeEffect.Put => $" put {HistoryOperation.Shorten(change.Value)}",
            ChangeEffect.Delete => " delete",
            _ => $" add {change.Amount}",
        };
        return condition + effect;
    }

    public static string Of(HistoryOperation answered)
    {
        var found = answered.Found;
        var value = answered.Result.Length > 0 ? answered.Result.ToString() : "it";
        var there = found.Existed ? $"found {value}" : "found nothing";
        if (found.Outcome == ChangeOutcome.Done && answered.Kind == OperationKind.Change)
        {
            var told = answered.Change.Effect == ChangeEffect.Add ? $"now {value}" : there;
            return $"done{Places(found)}, {told}";
        }
        var ended = found.Outcome switch
        {
            ChangeOutcome.NotDone => "not done, ",
            ChangeOutcome.NotANumber => "no number, ",
            ChangeOutcome.Overflow => "too large, ",
            _ => "",
        };
        return ended + there + Places(found);
    }

    private static string Places(Finding found)
    {
        var revision = found.Revision == 0 ? "" : $" at {found.Revision}";
        return found.Created == 0 ? revision : $"{revision} (there since {found.Created})";
    }
}
