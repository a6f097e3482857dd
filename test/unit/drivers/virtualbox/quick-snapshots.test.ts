import { expect, test } from '@jest/globals';
import { snapshotNames } from '../../../../src/drivers/virtualbox/quick-snapshots.ts';

test('names of snapshots in a .vbox, the newest first, unescaped', () => {
  expect(snapshotNames(`<Snapshots>
    <Snapshot uuid="{1}" name="one" timeStamp="x"><Hardware/><Snapshots><Snapshot uuid="{2}" name="&lt;&#252;&#xFC;&gt; &amp;amp; &quot;&apos;"/></Snapshots></Snapshot>`)).toEqual([`<üü> &amp; "'`, 'one']);
});

test.each(['', '<Machine uuid="{1}" name="b2d-default">', '<SnapshotsFolder name="x"/>'])('none in %j', (text) => expect(snapshotNames(text)).toEqual([]));
