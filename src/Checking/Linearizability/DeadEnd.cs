using System.Text;

namespace PbKv.Checking;

/// <summary>
/// Where the longest order that was found could not go on: the place where a reader of a violation begins.
/// </summary>
internal sealed class DeadEnd
{
    private const int Shown = 8;

    private readonly List<SearchOperation> _before = [],
        _open = [];
    private int _depth = -1;
    private SearchOperation? _due;

    /// <summary>Looks at a path that has no way on; always true, so that it can stand in a condition.</summary>
    /// <param name="read">An open read that nothing explains any more, where that is why there is none.</param>
    public bool Sees(Stack<SearchStep> path, SearchLink? due, SearchOperation? read)
    {
        if (path.Count <= _depth || due is not { Operation: { } operation })
            return true;
        _depth = path.Count;
        _due = read ?? operation;
        _before.Clear();
        foreach (var step in path)
        {
            if (_before.Count == Shown)
                break;
            _before.Add(step.Operation);
        }
        _open.Clear();
        var looked = 0;
        for (
            var link = due.Next;
            link is { Operation: { } open } && _open.Count < Shown && looked++ < 1000;
            link = link.Next
        )
        {
            if (open.Invoke < operation.Return)
                _open.Add(open);
        }
        return true;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("no order explains ").Append(_due?.Operation).AppendLine();
        text.Append("  the longest order that explains the answers before it has ")
            .Append(_depth)
            .AppendLine(" operations, the last of them:");
        for (var i = _before.Count - 1; i >= 0; i--)
            text.Append("    ").Append(_before[i].Operation).AppendLine();
        if (_open.Count > 0)
            text.AppendLine("  and at the same time were open:");
        foreach (var open in _open)
            text.Append("    ").Append(open.Operation).AppendLine();
        return text.ToString().TrimEnd();
    }
}
