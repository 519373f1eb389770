using System.Text;

namespace PbKv.Checking;

/// <summary>
/// The search over one key, depth first. The next operation must be one that was invoked before the earliest answer of
/// those that are not in order yet. Three things keep it short: a Get that fits is taken at once, without alternatives
/// (it changes nothing, so nothing can need it later); the operation that is due is tried first; and an order that
/// leaves an open read without anything that it can have read is given up at once.
/// </summary>
internal sealed class KeySearch : IKeySearch
{
    private static readonly Comparer<SearchOperation> LatestReturnFirst = Comparer<SearchOperation>.Create(
        static (one, other) => other.Return.CompareTo(one.Return)
    );

    private readonly SearchLink _known = new(),
        _unknown = new(),
        _byReturn = new(),
        _observers = new();
    private readonly HashSet<UInt128> _seen = [];
    private readonly Stack<SearchStep> _path = new();
    private readonly Stack<SearchOperation> _unseen = new();
    private readonly List<SearchOperation> _candidates = [];
    private readonly DeadEnd _deadEnd = new();
    private readonly UnknownFilter _filter;
    private readonly ValueSources _values;
    private readonly long _maxSteps;
    private KeyState _state = KeyState.Missing;
    private SearchOperation? _unexplained;
    private UInt128 _ordered;

    public KeySearch(List<HistoryOperation> history, long maxSteps)
    {
        _maxSteps = maxSteps;
        var operations = history.ConvertAll(operation => new SearchOperation(operation));
        SearchLink known = _known,
            unknown = _unknown,
            byReturn = _byReturn,
            observers = _observers;
        foreach (var operation in operations)
        {
            ref var last = ref operation.Known ? ref known : ref unknown;
            operation.ByInvoke.Join(operation, last);
            last = operation.ByInvoke;
        }
        foreach (var operation in operations.Where(operation => operation.Known).OrderBy(operation => operation.Return))
        {
            operation.ByReturn.Join(operation, byReturn);
            byReturn = operation.ByReturn;
            if (!operation.Observes)
                continue;
            operation.ByObservation.Join(operation, observers);
            observers = operation.ByObservation;
        }
        _filter = new UnknownFilter(operations);
        _values = new ValueSources(operations);
    }

    public long Steps { get; private set; }

    public string Explain() => _deadEnd.ToString();

    public Linearizability Run()
    {
        var first = Enter();
        while (_byReturn.Next is not null)
        {
            if (first < _candidates.Count)
            {
                if (++Steps > _maxSteps)
                    return Linearizability.GaveUp;
                var operation = _candidates[^1];
                _candidates.RemoveAt(_candidates.Count - 1);
                if (!operation.TryApply(_state, out var next))
                    continue;
                var unseen = operation.Kind == OperationKind.Put ? TakeUnseen(operation) : 0;
                _path.Push(new SearchStep(operation, _state, first, unseen));
                Take(operation);
                _state = next;
                first = Enter();
            }
            else if (_deadEnd.Sees(_path, _byReturn.Next, _unexplained) && _path.TryPop(out var step))
            {
                PutBack(step.Operation);
                for (var i = 0; i < step.Unseen; i++)
                    PutBack(_unseen.Pop());
                _state = step.Before;
                first = step.FirstCandidate;
            }
            else
            {
                return Linearizability.Violated;
            }
        }
        return Linearizability.Linearizable;
    }

    /// <summary>Puts what may come next on the stack of candidates, the best last.</summary>
    /// <returns>Where the candidates of this state begin.</returns>
    private int Enter()
    {
        var first = _candidates.Count;
        if (_byReturn.Next is not { Operation: { } due })
            return first;
        if (!CanExplainReads(due))
            return first;
        for (
            var link = _known.Next;
            link is { Operation: { } operation } && operation.Invoke < due.Return;
            link = link.Next
        )
        {
            if (operation.Kind != OperationKind.Get || !operation.Result.Matches(_state))
                continue;
            _candidates.Add(operation);
            return first;
        }
        if (!_seen.Add(_ordered ^ HashOf(_state)))
            return first;
        AddUnknown(due);
        AddKnown(due);
        return first;
    }

    /// <summary>
    /// One that leaves the value as it is explains nothing, unless it is a Put: that may cover writes that nobody saw.
    /// </summary>
    private void AddUnknown(SearchOperation due)
    {
        for (
            var link = _unknown.Next;
            link is { Operation: { } operation } && operation.Invoke < due.Return;
            link = link.Next
        )
        {
            if (!operation.TryApply(_state, out var next) || !_filter.CanMatter(next, due.Return))
                continue;
            if (next != _state || operation.Kind == OperationKind.Put && NextUnseen(_known, due.Return) is not null)
                _candidates.Add(operation);
        }
    }

    private void AddKnown(SearchOperation due)
    {
        var start = _candidates.Count;
        SearchOperation? wanted = null;
        for (
            var link = _known.Next;
            link is { Operation: { } operation } && operation.Invoke < due.Return;
            link = link.Next
        )
        {
            if (operation == due || operation.Unseen || !operation.TryApply(_state, out var next))
                continue;
            if (wanted is null && due.Observes && due.Result.Matches(next))
                wanted = operation;
            else
                _candidates.Add(operation);
        }
        _candidates.Sort(start, _candidates.Count - start, LatestReturnFirst);
        if (wanted is not null)
            _candidates.Add(wanted);
        _candidates.Add(due);
    }

    /// <summary>
    /// Whether each read that is open now, and the next one to be answered, can still find what it found.
    /// </summary>
    private bool CanExplainReads(SearchOperation due)
    {
        _unexplained = null;
        if (_observers.Next is { Operation: { } next } && !_values.CanStillFind(next, _state))
            _unexplained = next;
        for (
            var link = _known.Next;
            link is { Operation: { } operation } && operation.Invoke < due.Return;
            link = link.Next
        )
        {
            if (_unexplained is not null)
                return false;
            if (operation.Observes && !_values.CanStillFind(operation, _state))
                _unexplained = operation;
        }
        return _unexplained is null;
    }

    /// <summary>
    /// Writes that nobody saw come right before a Put that covers them: every order that explains the answers can be
    /// changed so, and they need not be tried at any other place, except where they are due.
    /// </summary>
    private int TakeUnseen(SearchOperation put)
    {
        var taken = 0;
        var due = _byReturn.Next!.Operation!.Return;
        for (var link = NextUnseen(_known, due); link is not null; link = NextUnseen(link, due))
        {
            if (link.Operation == put)
                continue;
            Take(link.Operation!);
            _unseen.Push(link.Operation!);
            taken++;
        }
        return taken;
    }

    private static SearchLink? NextUnseen(SearchLink from, int due)
    {
        for (var link = from.Next; link is { Operation: { } operation } && operation.Invoke < due; link = link.Next)
        {
            if (operation.Unseen)
                return link;
        }
        return null;
    }

    private void Take(SearchOperation operation)
    {
        operation.TakeOut();
        _ordered ^= operation.Mark;
    }

    private void PutBack(SearchOperation operation)
    {
        _ordered ^= operation.Mark;
        operation.PutBack();
    }

    internal static UInt128 HashOf(in KeyState state)
    {
        var low = Hashing.Mix(state.Hash + 0x632BE59BD9B4E019);
        return new UInt128(
            Hashing.Step(low, (ulong)state.Length * 2 + (state.Exists ? 1UL : 0)),
            Hashing.Step(low ^ state.Fnv, 0xD1342543DE82EF95)
        );
    }
}

/// <summary>
/// One operation in the order, what to return to when it is taken out again, and how many unseen ones came before it.
/// </summary>
internal readonly record struct SearchStep(SearchOperation Operation, KeyState Before, int FirstCandidate, int Unseen)
    : ISearchStep;

internal interface ISearchStep
{
    SearchOperation Operation { get; }
}

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
    public bool Sees<TStep>(Stack<TStep> path, SearchLink? due, SearchOperation? read)
        where TStep : struct, ISearchStep
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
