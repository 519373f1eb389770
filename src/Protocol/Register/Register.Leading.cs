using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>What the leader does: makes entries, knows which of them count, and that it leads still.</summary>
internal partial class Register
{
    /// <summary>What a member answered last.</summary>
    private readonly record struct Report(ulong Disk, long EntryTerm, long EntryIndex, long Round, int Silent);

    private ImmutableArray<Report> _reports = [];
    private bool _counts;
    private bool _leads;
    private bool _sleptLeading;
    private long _round;

    // What it was asked to decide: the number; and a memory that waits for an earlier entry to count, or the index of
    // the entry that it is in, or the round that shows that it leads.
    private long _decision;
    private ViewServiceMemory? _wanted;
    private long _wantedIndex;
    private long _wantedRound;
    private long _decided;

    /// <summary>The term that it leads, from when all is known that ever counted; else 0.</summary>
    public long LeadsTerm => _leads ? Term : 0;

    /// <summary>The newest of which this one, which leads, knows that it counts; else null.</summary>
    public RegisterEntry? Counting => _counts ? Entry : null;

    /// <summary>
    /// Asked by who leads: that the memory counts, or, where there is none, that this one leads still. The answer is
    /// <see cref="IsDecided"/>; it never comes where it leads no more.
    /// </summary>
    /// <param name="beats">Its tick follows, which tells the others anyhow.</param>
    public virtual void Decide(long decision, ViewServiceMemory? memory, Effects effects, bool beats = false)
    {
        if (!_leads)
            return;
        (_decision, _wanted, _wantedIndex, _wantedRound) = (decision, memory, 0, 0);
        if (memory is null)
        {
            _wantedRound = ++_round;
            if (!beats)
                TellEntry(effects);
        }
        GoOn(effects, beats);
    }

    public bool IsDecided(long decision) => _decided == decision;

    /// <summary>
    /// What it has may count or not. An entry of its own says that it does, and that of the one before it nothing comes
    /// any more.
    /// </summary>
    private void Lead(Effects effects)
    {
        (_role, _leader, _votes) = (Role.Leading, _self.Address, []);
        effects.Cancel(new PatienceTimer());
        Write(Entry!.Members, Entry.Memory, effects);
    }

    private void ForgetLeading()
    {
        (_reports, _counts, _leads, _sleptLeading, _round) = ([], false, false, false, 0);
        (_decision, _wanted, _wantedIndex, _wantedRound, _decided) = (0, null, 0, 0, 0);
        _asker = null;
    }

    private void Write(ImmutableArray<Member> members, ViewServiceMemory? memory, Effects effects, bool beats = false)
    {
        _counts = false;
        Keep(_state with { Entry = new RegisterEntry(Term, Entry!.Index + 1, Entry.Group, members, memory) }, effects);
        if (!beats)
            TellEntry(effects);
        GoOn(effects);
    }

    private void TellEntry(Effects effects) => Tell(new Keep(Term, Entry!, _round), effects);

    private void OnKept(NodeAddress from, Kept kept, Effects effects)
    {
        if (!IsOfGroup(kept.Group))
        {
            RefuseGroup(from, kept.Group, effects);
            return;
        }
        Adopt(kept.Term, effects);
        if (_role != Role.Leading || kept.Term != Term || !Entry!.Lists(kept.Disk))
            return;
        var report = new Report(kept.Disk, kept.EntryTerm, kept.EntryIndex, kept.Round, 0);
        if (ReportOf(kept.Disk) is not { } known)
            _reports = _reports.Add(report);
        else if (kept.Round < known.Round)
            return;
        else
            _reports = _reports.Replace(known, report);
        GoOn(effects);
    }

    private Report? ReportOf(ulong disk)
    {
        foreach (var report in _reports)
        {
            if (report.Disk == disk)
                return report;
        }
        return null;
    }

    /// <summary>Whatever became possible, in order: one entry at a time.</summary>
    private void GoOn(Effects effects, bool beats = false)
    {
        if (!_counts && MostKeepEntry())
        {
            _counts = true;
            AnswerAsker(effects);
            if (!_leads)
            {
                _leads = true;
                if (Entry!.Members.Length > 1)
                    effects.Notice(NoticeKind.Acting, $"this view service acts, in term {Term}");
            }
            if (_wantedIndex == Entry!.Index)
                _decided = _decision;
        }
        if (_wantedRound > 0 && MostKnow(report => report.Round >= _wantedRound))
            (_decided, _wantedRound) = (_decision, 0);
        if (_counts && _wanted is { } memory)
        {
            (_wanted, _wantedIndex) = (null, Entry!.Index + 1);
            Write(Entry.Members, memory, effects, beats);
        }
        else if (_counts && !IsSettled)
            Admit(_self, effects);
    }

    private protected virtual bool MostKeepEntry() =>
        MostKnow(report => (report.EntryTerm, report.EntryIndex) == (Entry!.Term, Entry.Index));

    private bool MostKnow(Func<Report, bool> what) =>
        Entry!.IsMost(member => member.Disk == _self.Disk || ReportOf(member.Disk) is { } report && what(report));

    /// <summary>Who reaches most of them no more cannot decide anything, and says so.</summary>
    private void OnLeadersTick(bool late, Effects effects)
    {
        _sleptLeading = late && !_sleptLeading;
        var more = _sleptLeading ? 0 : 1;
        _reports =
        [
            .. Entry!
                .Members.Where(member => member.Disk != _self.Disk)
                .Select(member => ReportOf(member.Disk) ?? new Report(member.Disk, 0, 0, 0, 0))
                .Select(report => report with { Silent = report.Silent + more }),
        ];
        if (MostKnow(report => report.Silent <= _settings.DeadPings))
        {
            TellEntry(effects);
            return;
        }
        effects.Notice(
            NoticeKind.NotActing,
            $"most of the view services {string.Join(", ", Names)} are out of reach: nothing can be decided until they "
                + "are back; the servers go on as they are"
        );
        StepDown(effects);
    }

    private void AddLeadingTo(ref Fingerprint fingerprint)
    {
        foreach (var (disk, term, index, round, silent) in _reports)
        {
            fingerprint.Add(disk);
            fingerprint.Add(term);
            fingerprint.Add(index);
            fingerprint.Add(round);
            fingerprint.Add((long)silent);
        }
        fingerprint.Add(_counts);
        fingerprint.Add(_leads);
        fingerprint.Add(_sleptLeading);
        fingerprint.Add(_round);
        fingerprint.Add(_decision);
        fingerprint.Add(_wanted?.ToString());
        fingerprint.Add(_wantedIndex);
        fingerprint.Add(_wantedRound);
        fingerprint.Add(_decided);
    }
}
